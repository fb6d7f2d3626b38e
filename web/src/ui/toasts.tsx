import { ActionIcon, Button, Paper, Text } from "@mantine/core";
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";

export interface Toast {
  message: string;
  tone?: "plain" | "error" | "bell";
  actions?: { label: string; run: () => void }[];
  /** What it is about, the first thing first: another one about that takes its place, and it goes when one is over. */
  about?: string[];
  /** Milliseconds; Infinity stays until it is closed. */
  stays?: number;
}

interface Toasts {
  show: (toast: Toast) => void;
  /** Takes away what is shown about this. */
  dismiss: (about: string) => void;
  clear: () => void;
}

const nothing = () => undefined;
const Context = createContext<Toasts>({ show: nothing, dismiss: nothing, clear: nothing });
export const useToasts = () => useContext(Context);
export const useToast = () => useToasts().show;

/** Shows short messages over the page, each with its actions, and reads them out. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const counter = useRef(0);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const context = useMemo<Toasts>(
    () => ({
      show: (toast) => {
        const id = ++counter.current;
        setToasts((all) => [...all.filter((one) => !toast.about || one.about?.[0] !== toast.about[0]).slice(-3), { ...toast, id }]);
        const stays = toast.stays ?? (toast.actions ? 8000 : 4000);
        if (Number.isFinite(stays)) setTimeout(() => close(id), stays);
      },
      dismiss: (about) => setToasts((all) => (all.some((one) => one.about?.includes(about)) ? all.filter((one) => !one.about?.includes(about)) : all)),
      clear: () => setToasts([]),
    }),
    [close],
  );
  const list = useMemo(
    () => (
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map((toast) => (
          <Paper key={toast.id} className="toast" shadow="md" data-tone={toast.tone ?? "plain"}>
            <div className="toast-body">
              {toast.tone === "bell" && <Icon name="bell" />}
              <Text size="sm" className="toast-text" lineClamp={3}>
                {toast.message}
              </Text>
              {toast.actions && (
                <div className="toast-actions">
                  {toast.actions.map((action) => (
                    <Button
                      key={action.label}
                      size="compact-sm"
                      variant="subtle"
                      onClick={() => {
                        close(toast.id);
                        action.run();
                      }}
                    >
                      {action.label}
                    </Button>
                  ))}
                </div>
              )}
              <ActionIcon variant="subtle" color="gray" aria-label={t("editor.close")} onClick={() => close(toast.id)}>
                <Icon name="close" />
              </ActionIcon>
            </div>
          </Paper>
        ))}
      </div>
    ),
    [toasts, close, t],
  );
  return (
    <Context.Provider value={context}>
      {children}
      {list}
    </Context.Provider>
  );
}
