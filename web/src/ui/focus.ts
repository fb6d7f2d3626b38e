import { useEffect, useState } from "react";

/** Puts the keyboard's place there once the page has settled; on the page's content where that is gone. */
export function focusSoon(element: Element | string | null) {
  setTimeout(() => {
    const wanted = typeof element === "string" ? document.getElementById(element) : element;
    const there = wanted instanceof HTMLElement && wanted.isConnected ? wanted : document.getElementById("content");
    there?.focus();
  });
}

/** For what is shown over the page: when it goes, the keyboard is where it was before. */
export function useReturnFocus() {
  const [before] = useState(() => document.activeElement);
  useEffect(() => () => focusSoon(before), [before]);
}
