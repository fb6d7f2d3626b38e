import { ActionIcon, Button, Group, Paper, Text } from "@mantine/core";
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";

export interface Toast {
  message: string;
  tone?: "plain" | "error" | "bell";
  actions?: { label: string; run: () => void }[];
  /** Milliseconds; Infinity stays until it is closed. */
  stays?: number;
}

const Context = createContext<(toast: Toast) => void>(() => undefined);
export const useToast = () => useContext(Context);

/** Shows short messages at the bottom of the screen, each with its actions, and reads them out. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const counter = useRef(0);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (toast: Toast) => {
      const id = ++counter.current;
      setToasts((all) => [...all.slice(-3), { ...toast, id }]);
      const stays = toast.stays ?? (toast.actions ? 8000 : 4000);
      if (Number.isFinite(stays)) setTimeout(() => close(id), stays);
    },
    [close],
  );
  const list = useMemo(
    () => (
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map((toast) => (
          <Paper key={toast.id} className="toast" shadow="md" data-tone={toast.tone ?? "plain"}>
            <Group gap="sm" wrap="nowrap">
              {toast.tone === "bell" && <Icon name="bell" />}
              <Text size="sm" style={{ flex: 1 }} lineClamp={3}>
                {toast.message}
              </Text>
              {toast.actions?.map((action) => (
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
              <ActionIcon variant="subtle" color="gray" aria-label={t("editor.close")} onClick={() => close(toast.id)}>
                <Icon name="close" />
              </ActionIcon>
            </Group>
          </Paper>
        ))}
      </div>
    ),
    [toasts, close, t],
  );
  return (
    <Context.Provider value={show}>
      {children}
      {list}
    </Context.Provider>
  );
}
