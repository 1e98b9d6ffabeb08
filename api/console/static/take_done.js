// What this device kept of the sitting is of no use any more.

import { Store } from "./take_store.js";

new Store(document.getElementById("done").dataset.session).forget();
