"""IPv4 networks: hosts, edges, prefixes, routes; the addresses are worked out by Python's `ipaddress`."""

import random
from ipaddress import IPv4Address, IPv4Network

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked

SKILLS = ("networking", "tcp-ip", "routing-switching", "system-administration")
CLOUD = ("aws", "azure", "gcp", "cloud-architecture")


def _address(rng: random.Random) -> IPv4Address:
    """An address for private use whose neighbours are for private use, too."""
    second, third, fourth = rng.randrange(256), rng.randrange(8, 248), rng.randrange(256)
    first = rng.choice([f"10.{second}", f"172.{rng.randrange(16, 32)}", "192.168"])
    return IPv4Address(f"{first}.{third}.{fourth}")


def _network(address: IPv4Address, prefix: int) -> IPv4Network:
    return IPv4Network((address, prefix), strict=False)


def _beyond(network: IPv4Network, blocks: int) -> IPv4Network:
    """The network of the same size so many blocks further on."""
    return IPv4Network((int(network.network_address) + blocks * network.num_addresses, network.prefixlen))


@item_model(
    "subnet-host-count", skills=(*SKILLS, *CLOUD), difficulty="entry", cognitive_level="apply", seconds=60
)
def subnet_host_count(rng: random.Random) -> Draw:
    """The addresses of a subnet that hosts can have, on premises or where a provider keeps five back."""
    network = _network(_address(rng), rng.randint(21, 28))
    size, kept = network.num_addresses, rng.choice([2, 5])
    says = (
        "A provider keeps the first four addresses and the last one of each subnet for itself. "
        if kept == 5
        else ""
    )
    mistakes: list[Mistake] = [
        (size, "Each address of the block is taken to be free for a host."),
        (size - 1, "The broadcast address alone is taken off."),
        (size // 2 - kept, "The prefix is read as one bit longer."),
        (2 * size - kept, "The prefix is read as one bit shorter."),
        (size - 2, "The network and the broadcast address alone are taken off."),
        (size - 3, "A gateway's address is taken off besides."),
    ]
    taken = "five that the provider keeps" if kept == 5 else "network and the broadcast address"
    return asked(
        rng,
        f"{says}How many addresses are left for hosts in the IPv4 subnet {network}?",
        size - kept,
        [mistake for mistake in mistakes if mistake[0] != size - kept],
        f"A /{network.prefixlen} leaves {32 - network.prefixlen} bits, so {size:,} addresses; less the "
        f"{taken} that makes {size - kept:,}.",
    )


@item_model(
    "hosts-in-subnet",
    skills=(*SKILLS, *CLOUD, "firewalls", "network-security"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
    type="multiple_select",
)
def hosts_in_subnet(rng: random.Random) -> Draw:
    """Which addresses a subnet holds, beside those of the blocks before and after it."""
    network = _network(_address(rng), rng.choice([18, 19, 20, 21, 22, 25, 26, 27, 28]))
    inside = rng.sample(range(1, network.num_addresses - 1), 2)
    other_octet = 256 if network.prefixlen > 24 else 65_536
    wrong = (
        (network.num_addresses, "The block is taken to go on past its broadcast address."),
        (-network.num_addresses, "The block is taken to begin before its network address."),
        (other_octet, "The octets at the end alone are taken to decide."),
    )
    return Draw(
        stem=f"Which two of these addresses are in the subnet {network}? Choose two.",
        right=tuple(str(network[place]) for place in inside),
        wrong=tuple(
            Wrong(str(network[rng.randrange(1, network.num_addresses - 1)] + offset), why)
            for offset, why in wrong
        ),
        explanation=f"{network} goes from {network[0]} to {network[-1]}; the others lie outside of it.",
    )


@item_model("subnet-edge", skills=SKILLS, difficulty="intermediate", cognitive_level="apply", seconds=75)
def subnet_edge(rng: random.Random) -> Draw:
    """The network or the broadcast address of a host's subnet."""
    prefix = rng.choice([19, 20, 21, 22, 25, 26, 27, 28])
    block = _network(_address(rng), prefix)
    address = block[rng.randrange(2, block.num_addresses - 2)]
    networks = [
        _network(address, length) for length in (prefix, prefix + 1, prefix - 1, 24 if prefix > 24 else 16)
    ]
    at = rng.choice([0, -1])
    name, other = ("network", "broadcast") if at == 0 else ("broadcast", "network")
    whys = (
        "The prefix is read as one bit longer.",
        "The prefix is read as one bit shorter.",
        "The border of an octet is taken for that of the subnet.",
    )
    one_in = networks[0][1] if at == 0 else networks[0][-2]
    return Draw(
        stem=f"A host has the address {address}/{prefix}. What is the {name} address of its subnet?",
        right=(str(networks[0][at]),),
        wrong=(
            *(Wrong(str(network[at]), why) for network, why in zip(networks[1:], whys, strict=True)),
            Wrong(str(one_in), f"The address of a host is taken for the {name} address."),
            Wrong(str(networks[0][-1 - at]), f"The {other} address is taken for the {name} address."),
        ),
        explanation=f"The block of {networks[0].num_addresses:,} addresses that holds {address} goes from "
        f"{networks[0][0]} to {networks[0][-1]}.",
        accepted=(str(networks[0][at]),),
    )


@item_model(
    "smallest-subnet",
    skills=(*SKILLS, *CLOUD),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def smallest_subnet(rng: random.Random) -> Draw:
    """The longest prefix that is enough for so many hosts; half the draws lie where two addresses matter."""
    bits = rng.randint(4, 11)
    hosts = rng.choice([rng.randint(2 ** (bits - 1) - 1, 2**bits - 2), 2 ** (bits - 1) - rng.randint(0, 1)])
    place = rng.choice(["A branch office", "A lab", "A production hall", "A guest network", "A cluster"])
    needed = next(length for length in range(32) if 2**length - 2 >= hosts)
    unreserved = next(length for length in range(32) if 2**length >= hosts)
    mistakes: list[Mistake] = [
        (32 - unreserved, "Network and broadcast address are taken to be free for hosts."),
        (33 - needed, "A block of half the size is taken to be enough."),
        (31 - needed, "A block twice as large as needed is taken."),
        (30 - needed, "A block four times as large as needed is taken."),
        (34 - needed, "A block of a quarter of the size is taken to be enough."),
    ]
    return asked(
        rng,
        f"{place} needs IPv4 addresses for {hosts:,} hosts in one subnet with a network and a broadcast "
        "address. What is the longest prefix length, in bits, that gives enough?",
        32 - needed,
        [mistake for mistake in mistakes if mistake[0] != 32 - needed],
        f"{needed} bits give {2**needed:,} - 2 = {2**needed - 2:,} addresses for hosts, one bit fewer "
        f"{2 ** (needed - 1) - 2:,}; 32 - {needed} = {32 - needed}.",
    )


@item_model(
    "route-lookup",
    skills=(*SKILLS, "aws", "azure", "network-security", "firewalls"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=100,
)
def route_lookup(rng: random.Random) -> Draw:
    """Where a routing table sends a packet: the longest prefix that holds the address."""
    address = _address(rng)
    prefixes = (rng.randint(9, 13), rng.randint(17, 20), rng.randint(21, 23), rng.randint(25, 28))
    matching = rng.choice([1, 2, 3])
    networks = [
        _network(address, prefix)
        if place < matching
        else _beyond(_network(address, prefix), rng.choice([1, -1]))
        for place, prefix in enumerate(prefixes)
    ]
    hops = [f"192.0.2.{number}" for number in rng.sample(range(1, 255), 5)]
    rows = [("0.0.0.0/0", hops[4]), *((str(one), hop) for one, hop in zip(networks, hops, strict=False))]
    table = [f"{network:<20}via {hop}" for network, hop in rng.sample(rows, len(rows))]
    wrong = [(hops[4], "The default route is taken though another one matches.")]
    wrong += [(hops[place], "A match with a shorter prefix is taken.") for place in range(matching - 1)]
    wrong += [
        (hops[place], "The network next to that of the address is taken to hold it.")
        for place in range(matching, 4)
    ]
    return Draw(
        stem=f"A router has the routes below. To which next hop does it send a packet for {address}?",
        code="\n".join(table),
        code_language="text",
        right=(hops[matching - 1],),
        wrong=tuple(Wrong(hop, why) for hop, why in rng.sample(wrong, len(wrong))),
        explanation=f"{networks[matching - 1]} holds {address} and has the longest prefix of the routes that "
        "do.",
        accepted=(hops[matching - 1],),
    )


@item_model(
    "route-summary", skills=("routing-switching", *SKILLS[:2], *CLOUD), difficulty="senior",
    cognitive_level="analyse", seconds=110,
)  # fmt: skip
def route_summary(rng: random.Random) -> Draw:
    """The one route that covers networks in a row and nothing that is not needed for that."""
    first = _network(_address(rng), 24)
    networks = [_beyond(first, step) for step in range(rng.randint(2, 7))]
    last = networks[-1]
    key = next(one for one in map(first.supernet, range(1, 24)) if last.subnet_of(one))
    counted = 24 - (len(networks) - 1).bit_length()
    wrong = (
        (
            _network(first[0], counted),
            "The prefix is chosen by the number of networks, not by where blocks begin.",
        ),
        (_network(first[0], key.prefixlen + 1), "Half of the block is taken to hold all of them."),
        (
            _network(last[0], key.prefixlen + 1),
            "The half with the last network is taken to hold all of them.",
        ),
        (key.supernet(), "A block twice as large as needed is taken."),
        (key.supernet(2), "A block four times as large as needed is taken."),
        (key.supernet(3), "The prefix is set back to a round number of addresses."),
    )
    return Draw(
        stem="Which single route covers all of these networks and as little else as possible?",
        code="\n".join(map(str, networks)),
        code_language="text",
        right=(str(key),),
        wrong=tuple(Wrong(str(network), why) for network, why in wrong if network != key),
        explanation=f"{key} goes from {key[0]} to {key[-1]}. Either half of it leaves out the first or the "
        "last of the networks.",
        accepted=(str(key),),
    )
