/** How a report looks: in light and dark, on wide screens and on phones. */
import { groupColours } from "../graph/svg.ts";
import { ink, palette } from "../plots/mod.ts";

/** Charts and graphs have their colours in them: what each becomes in the dark. */
const darkInk: readonly (readonly [light: string, dark: string])[] = [
  [ink.text, "#e4e6ee"],
  [ink.grey, "#a3a8b8"],
  [ink.grid, "#2e3340"],
  [ink.paper, "#1a1d25"],
];
const darkPalette = ["#7aa7e6", "#f0a05f", "#6cc586", "#ec7f86", "#b695e8", "#c09c8b", "#e79bc8", "#a8aebb"];
const darkGroups = {
  data: { fill: "#17303f", line: "#6cb1e0" },
  model: { fill: "#2a2342", line: "#ad94ea" },
  training: { fill: "#3a2b14", line: "#e2a957" },
  sampling: { fill: "#183520", line: "#74c787" },
};

const pairs = [
  ...darkInk,
  ...palette.map((colour, i) => [colour, darkPalette[i % darkPalette.length]!] as const),
  ...Object.entries(groupColours).flatMap(([group, { fill, line }]) => {
    const dark = darkGroups[group as keyof typeof darkGroups];
    return [[fill, dark.fill], [line, dark.line]] as const;
  }),
];
const inDark = pairs.map(([light, dark]) =>
  `svg [fill="${light}"] { fill: ${dark}; } svg [stroke="${light}"] { stroke: ${dark}; }`
).join("\n");

/** CSS of the page, but for its fonts. */
export const style = `
:root { --ink: ${ink.text}; --soft: #5c5f70; --paper: #fff; --ground: #f4f5f8; --edge: #e3e5ec; --warn: #c9862b;
  color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
:root { --ink: #e4e6ee; --soft: #a3a8b8; --paper: #1a1d25; --ground: #101218; --edge: #2e3340; --warn: #e2a957; }
${inDark}
}
html { color: var(--ink); background: var(--ground); font: 15px/1.5 Inter, system-ui, Helvetica, Arial, sans-serif;
  -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1, h2, h3 { font-family: "Inter SemiBold", Inter, system-ui, sans-serif; font-weight: normal; }
h1 { font-size: 26px; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 0 0 14px; }
h3 { font-size: 15px; margin: 0; overflow-wrap: anywhere; }
header p { margin: 4px 0 24px; } header p, dt, .note, figcaption { color: var(--soft); }
section { background: var(--paper); border: 1px solid var(--edge); border-radius: 10px; padding: 20px 22px; margin: 0 0 20px; }
dl { display: grid; grid-template-columns: minmax(110px, max-content) 1fr; gap: 8px 22px; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; } .note { display: block; font-size: 13px; margin: 0 0 8px; } dd .note { margin: 0; }
svg { display: block; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(305px, 1fr)); gap: 24px 14px; }
.charts > div { min-width: 0; } .charts .broad { grid-column: 1 / -1; }
.charts svg { max-width: 100%; height: auto; } .charts .narrow { display: none; }
.graph { overflow-x: auto; } .graph svg { margin: 0 auto; max-width: none; } .graph text:not([fill]) { fill: var(--ink); }
img { image-rendering: pixelated; max-width: 100%; height: auto; border-radius: 4px; }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px; }
figure { margin: 0; } figcaption { font-size: 13px; margin-bottom: 4px; } .last { margin-bottom: 18px; }
pre { overflow-x: auto; background: var(--ground); padding: 14px; border-radius: 6px; font-size: 13px; }
.warning { border-left: 4px solid var(--warn); padding-left: 12px; margin: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 600px) {
body { padding: 18px 10px 40px; } section { padding: 16px 14px; }
dl { display: block; } dt { font-size: 13px; } dd { margin: 0 0 12px; }
.charts { display: block; } .charts > div { margin: 0 0 26px; } .charts .narrow { display: block; }
.charts .narrow + .broad-only { display: none; }
.samples { display: block; } .samples figure { margin: 0 0 16px; }
}`;
