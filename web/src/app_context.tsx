import { createContext, useContext } from "react";
import type { Http } from "./api/http";
import type { User } from "./api/types";

export interface AppContext {
  http: Http;
  user: User;
  setUser: (user: User) => void;
  /** Says something in the chat, wherever one is. */
  say: (message: string) => void;
}

const Context = createContext<AppContext | null>(null);
export const AppProvider = Context.Provider;

/** What every signed-in screen needs. */
export function useApp(): AppContext {
  const app = useContext(Context);
  if (!app) throw new Error("useApp outside of AppProvider");
  return app;
}
