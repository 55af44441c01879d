// The only script tag. Pages work without it; it loads what makes them nicer.

import "./lib/theme.js";
import { upgrade } from "./lib/elements.js";

upgrade(document);
