const paths = {
  tasks: "M4 6.5 5.5 8 8 5M4 13l1.5 1.5L8 11.5M11 6.5h9M11 13h9M11 19.5h9M5 19.5h1.5",
  chat: "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z",
  repeat: "M4 11V9a4 4 0 0 1 4-4h11m0 0-3-3m3 3-3 3M20 13v2a4 4 0 0 1-4 4H5m0 0 3 3m-3-3 3-3",
  bell: "M6 16V11a6 6 0 1 1 12 0v5l1.5 2h-15L6 16Zm4 5h4",
  settings: "M4 7h9m4 0h3M4 17h3m4 0h9M15 4.5v5M9 14.5v5",
  close: "m6 6 12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  send: "M5 12h14m0 0-6-6m6 6-6 6",
  search: "m20 20-4.5-4.5M17 10.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0Z",
  flag: "M6 21V4m0 1h11l-2 4 2 4H6",
  clock: "M12 7v5l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  calendar: "M4 9h16M8 3v3m8-3v3M6 5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z",
  trash: "M5 7h14M10 7V5h4v2m-7 0 1 13h8l1-13",
  edit: "m5 19 1-4L16 5l3 3L9 18l-4 1Z",
  check: "m5 12.5 4.5 4.5L19 7.5",
  undo: "M9 8H15a5 5 0 0 1 0 10H8M9 8l3-3M9 8l3 3",
  sparkle: "M12 4c.6 4.3 2.7 6.7 8 8-5.3 1.3-7.4 3.7-8 8-.6-4.3-2.7-6.7-8-8 5.3-1.3 7.4-3.7 8-8Z",
  tag: "M4 5h7l9 9-6.5 6.5L4 11.5V5Zm4 4h.01",
  folder: "M4 7a2 2 0 0 1 2-2h4l2 2h6a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7Z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  pause: "M9 6v12M15 6v12",
  play: "m8 5 11 7-11 7V5Z",
  skip: "m6 6 8 6-8 6V6Zm12 0v12",
  stop: "M7 7h10v10H7z",
  left: "m14 6-6 6 6 6",
  right: "m10 6 6 6-6 6",
} as const;

export type IconName = keyof typeof paths;

/** A line drawing beside a text or within a labelled button; it says nothing to a screen reader. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
