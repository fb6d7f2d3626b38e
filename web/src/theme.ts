import { createTheme, type MantineColorsTuple } from "@mantine/core";

const pine: MantineColorsTuple = [
  "#eef7f5", "#dcebe8", "#b5d6d0", "#8bc0b6", "#68ada1", "#51a193", "#438f82", "#2f6f66", "#265c54", "#184a43",
];
// Deep enough to be read as text on paper.
const brick: MantineColorsTuple = [
  "#fdf3f2", "#fbe4e2", "#f6c8c4", "#f0a8a2", "#e78a83", "#dc6a61", "#cf5047", "#c23a31", "#b3372f", "#8f2a24",
];

export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: 7,
  colors: { pine, red: brick },
  fontFamily: 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontFamily: 'ui-serif, "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif', fontWeight: "600" },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
});
