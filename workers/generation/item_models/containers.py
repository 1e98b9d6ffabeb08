"""Containers: published ports, layers that are built anew, pods that fit, rolling updates."""

import random
from dataclasses import replace
from typing import NamedTuple

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked

DOCKER = ("docker", "devops", "ci-cd", "backend-development")
KUBERNETES = ("kubernetes", "helm", "openshift", "platform-engineering", "site-reliability-engineering")


@item_model("published-port", skills=DOCKER, difficulty="entry", cognitive_level="understand", seconds=60)
def published_port(rng: random.Random) -> Draw:
    """Which service and port a request to the host reaches."""
    names = rng.sample(["web", "api", "admin", "docs", "metrics", "mail"], 3)
    outside = rng.sample(range(8001, 8100), 3)
    inside = [rng.choice([80, 3000, 5000]), *rng.sample([8080, 9000, 4000], 2)]
    # One port inside is another's outside, as happens.
    inside[1] = outside[0]
    lines = ["services:"]
    for name, host, container in zip(names, outside, inside, strict=True):
        lines += [f"  {name}:", f"    image: example/{name}:{rng.randint(1, 4)}.{rng.randint(0, 9)}",
                  "    ports:", f'      - "{host}:{container}"']  # fmt: skip
    return Draw(
        stem="The services below run on one host. Which container gets a request that a browser on that "
        f"host sends to http://localhost:{outside[0]}, and on which port of its own?",
        code="\n".join(lines),
        code_language="yaml",
        right=(f"{names[0]}, on port {inside[0]}",),
        wrong=(
            Wrong(
                f"{names[1]}, on port {inside[1]}",
                "The number after the colon is taken for the port of the host.",
            ),
            Wrong(
                f"{names[0]}, on port {outside[0]}",
                "The port of the host is taken to be that of the container.",
            ),
            Wrong(f"{names[1]}, on port {outside[1]}", "The ports of host and container are exchanged."),
        ),
        explanation=f'"{outside[0]}:{inside[0]}" publishes port {inside[0]} of the container as port '
        f"{outside[0]} of the host.",
    )


class Stack(NamedTuple):
    """How an image is built: its base, its list of dependencies, and the commands around them."""

    base: str
    manifest: str
    install: str
    build: str
    sources: tuple[str, ...]


STACKS = (
    Stack(
        "node:22",
        "package.json",
        "npm install",
        "npm run build",
        ("src/cart.js", "src/login.js", "public/index.html"),
    ),
    Stack(
        "python:3.13",
        "requirements.txt",
        "pip install -r requirements.txt",
        "python -m compileall app",
        ("app/views.py", "app/models.py", "app/mail.py"),
    ),
    Stack(
        "golang:1.24",
        "go.mod",
        "go mod download",
        "go build -o /bin/server ./...",
        ("main.go", "api/users.go", "db/pool.go"),
    ),
    Stack(
        "ruby:3.4",
        "Gemfile",
        "bundle install",
        "bundle exec rake assets:precompile",
        ("app/models/order.rb", "lib/tax.rb", "config/routes.rb"),
    ),
    Stack(
        "rust:1.85",
        "Cargo.toml",
        "cargo fetch",
        "cargo build --release",
        ("src/main.rs", "src/config.rs", "src/http.rs"),
    ),
)


@item_model("layer-cache", skills=DOCKER, difficulty="intermediate", cognitive_level="analyse", seconds=90)
def layer_cache(rng: random.Random) -> Draw:
    """The first line that is not taken from the cache after a file has changed."""
    stack = rng.choice(STACKS)
    changed = rng.choice([stack.manifest, *stack.sources])
    copies_first = rng.random() < 0.4
    copies = [] if copies_first else [f"COPY {stack.manifest} ./"]
    body = [*copies, f"RUN {stack.install}", *([] if copies_first else ["COPY . ."]), f"RUN {stack.build}"]
    body = ["COPY . .", *body] if copies_first else body
    setting = f"ENV TZ={rng.choice(['UTC', 'Europe/Paris', 'Asia/Tokyo'])}"
    lines = [
        f"FROM {stack.base}",
        f"WORKDIR /{rng.choice(['app', 'srv', 'work', 'code', 'build', 'site'])}",
        *rng.choice([[], [setting], [setting, "USER 1000"]]),
        *body,
    ]
    key = next(at for at, line in enumerate(lines, start=1) if line in ("COPY . .", f"COPY {changed} ./"))
    whys = {
        f"RUN {stack.install}": "The first command that reads files is taken to be the first to run again.",
        f"RUN {stack.build}": "Only the command that builds the changed file is taken to run again.",
        f"COPY {stack.manifest} ./": "The first COPY is taken to copy the changed file.",
        "COPY . .": "Only the COPY of everything is taken to look at files.",
        lines[0]: "Any change is taken to build the image from its base.",
        lines[1]: "The working directory is taken to depend on the files.",
        setting: "Settings are taken to be made anew for each image.",
        "USER 1000": "The user is taken to depend on the files.",
    }
    mistakes: list[Mistake] = [(at, whys[line]) for at, line in enumerate(lines, start=1) if at != key]
    draw = asked(
        rng,
        f"An image was built with this Dockerfile. Then only {changed} changed, which no .dockerignore "
        "names, and the image is built again. What is the number of the first line that is not taken from "
        "the cache?",
        key,
        rng.sample(mistakes, len(mistakes)),
        f"Line {key} is the first that copies {changed}; what stands before it is the same as before, and "
        "what follows runs again.",
        code="\n".join(lines),
    )
    return replace(draw, code_language="dockerfile")


@item_model(
    "pods-per-node",
    skills=(*KUBERNETES, "finops"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=100,
)
def pods_per_node(rng: random.Random) -> Draw:
    """How many pods of a kind a node takes: by what they request, beside what runs there already."""
    cores, memory = rng.choice([4, 8, 16]), rng.choice([16, 32, 64])
    used_cpu, used_memory = rng.randrange(200, 1300, 100), rng.randrange(512, 4096, 512)
    cpu, mega = rng.choice([200, 250, 300, 400, 500, 600]), rng.choice([384, 512, 768, 1024, 1536, 2048])
    factor = rng.choice([2, 3])
    free_cpu, free_memory = cores * 1000 - used_cpu, memory * 1024 - used_memory
    by_cpu, by_memory = free_cpu // cpu, free_memory // mega
    key = min(by_cpu, by_memory)
    code = "\n".join([
        f"node, allocatable:         cpu {cores}, memory {memory}Gi",
        f"requested by pods there:   cpu {used_cpu}m, memory {used_memory}Mi",
        f"each new pod, requests:    cpu {cpu}m, memory {mega}Mi",
        f"each new pod, limits:      cpu {cpu * factor}m, memory {mega * factor}Mi",
    ])  # fmt: skip
    mistakes: list[Mistake] = [
        (max(by_cpu, by_memory), "Only the resource that there is more of is looked at."),
        (min(cores * 1000 // cpu, memory * 1024 // mega), "What runs on the node already is left out."),
        (
            min(free_cpu // (cpu * factor), free_memory // (mega * factor)),
            "Limits are taken in place of requests.",
        ),
        (min(-(-free_cpu // cpu), -(-free_memory // mega)), "The last pod is taken to fit in part."),
        (min((memory * 1000 - used_memory) // mega, by_cpu), "1 Gi is taken for 1,000 Mi."),
        (key - 1, "A pod's room is kept free."),
        (key + 1, "A pod more is taken to fit."),
    ]
    return asked(
        rng,
        "How many of the new pods can Kubernetes schedule on this node, if CPU and memory alone decide?",
        key,
        mistakes,
        f"By requests, {free_cpu}m of CPU are free for {by_cpu} pods and {free_memory}Mi of memory for "
        f"{by_memory}.",
        code=code,
    )


@item_model("rolling-update", skills=KUBERNETES, difficulty="senior", cognitive_level="apply", seconds=90)
def rolling_update(rng: random.Random) -> Draw:
    """The most pods, or the fewest available ones, while a Deployment is updated."""
    replicas, surge, unavailable = (
        rng.randint(5, 40),
        rng.choice([10, 20, 25, 30, 40]),
        rng.choice([10, 20, 25, 30, 40]),
    )
    more, fewer = -(-replicas * surge // 100), replicas * unavailable // 100
    asks_most = rng.random() < 0.5
    key = replicas + more if asks_most else replicas - fewer
    rounded_wrong = (
        replicas + replicas * surge // 100 if asks_most else replicas - -(-replicas * unavailable // 100)
    )
    mistakes: list[Mistake] = [
        (rounded_wrong, f"The percentage is rounded {'down' if asks_most else 'up'}."),
        (replicas, "The number of replicas is taken to hold all the time."),
        (replicas + more - fewer, "Both allowances are taken together."),
        (replicas - fewer if asks_most else replicas + more, "The two settings are exchanged."),
        (key + 1 if asks_most else key - 1, "One pod more is taken to be in change."),
        (replicas + fewer if asks_most else replicas - more, "The percentage of the other setting is taken."),
    ]
    name = rng.choice(["checkout", "search", "mailer", "gateway", "catalogue"])
    what = (
        "How many pods of it can exist at most" if asks_most else "How many pods of it are available at least"
    )
    return asked(
        rng,
        f"The Deployment {name} has {replicas} replicas, maxSurge {surge}% and maxUnavailable "
        f"{unavailable}%, and all its pods are available. {what} during a rolling update in which no pod "
        "fails, those being deleted left out?",
        key,
        mistakes,
        f"maxSurge is rounded up, to {more} pods, and maxUnavailable down, to {fewer}; so {key}.",
    )
