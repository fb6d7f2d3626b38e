import { Indicator } from "@mantine/core";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Http } from "../../api/http";
import type { User } from "../../api/types";
import { AppProvider, useApp } from "../../app_context";
import { focusSoon } from "../../ui/focus";
import { Icon, type IconName } from "../../ui/Icon";
import { LoadingList } from "../../ui/states";
import { useToasts } from "../../ui/toasts";
import { ChatPanel } from "../chat/ChatPanel";
import { useChat, type Chat } from "../chat/use_chat";
import { endedBy, reminderToast } from "../notifications/reminder_toast";
import { useNotifications, useReminderActions } from "../notifications/use_reminders";
import { TaskListView } from "../tasks/TaskListView";
import { Brand } from "./Brand";
import { useLive } from "./use_live";

const CalendarView = lazy(() => import("../calendar/CalendarView"));
const RecurringView = lazy(() => import("../recurring/RecurringView"));
const InboxView = lazy(() => import("../notifications/InboxView"));
const SettingsView = lazy(() => import("../settings/SettingsView"));

const kPages = ["tasks", "chat", "calendar", "recurring", "inbox", "settings"] as const;
type Page = (typeof kPages)[number];
const icons: Record<Page, IconName> = { tasks: "tasks", chat: "chat", calendar: "calendar", recurring: "repeat", inbox: "bell", settings: "settings" };

const goTo = (page: Page) => {
  location.hash = `/${page}`;
};

const pageOfHash = (): Page => kPages.find((page) => `#/${page}` === location.hash) ?? "tasks";

/** The page is the address's hash, so that back and forward work. */
function usePage(): [Page, (page: Page) => void] {
  const [page, setPage] = useState(pageOfHash);
  useEffect(() => {
    const follow = () => setPage(pageOfHash());
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return [page, goTo];
}

interface Props {
  http: Http;
  user: User;
  setUser: (user: User) => void;
}

export default function Shell({ http, user, setUser }: Props) {
  const chat = useChat(http, user.timezone);
  const [page, setPage] = usePage();
  const { say: send } = chat;
  const say = useCallback(
    (message: string) => {
      send(message);
      // Where the chat has no room beside the list, one goes to it.
      if (window.matchMedia("(max-width: 61.99em)").matches) setPage("chat");
    },
    [send, setPage],
  );
  const app = useMemo(() => ({ http, user, setUser, say }), [http, user, setUser, say]);
  return (
    <AppProvider value={app}>
      <Frame chat={chat} page={page} />
    </AppProvider>
  );
}

function Frame({ chat, page }: { chat: Chat; page: Page }) {
  const { t } = useTranslation();
  const { http, user, setUser } = useApp();
  const { show, dismiss } = useToasts();
  const notifications = useNotifications();
  const reminders = useReminderActions();
  const unread = notifications.data?.unread ?? 0;
  const state = useLive({
    http,
    onUser: setUser,
    onReminder: (event) => show(reminderToast(event, reminders, () => goTo("inbox"), t)),
    onEvent: (event) => {
      const over = endedBy(event);
      if (over) dismiss(over);
    },
  });

  // After signing in the keyboard begins where the page does.
  useEffect(() => {
    if (document.activeElement === document.body) focusSoon("content");
  }, []);

  return (
    <div className="shell" data-page={page} data-stream={state}>
      <a className="skip" href="#content">
        {t("app.skip")}
      </a>
      <nav className="rail" aria-label={t("nav.label")}>
        <div className="rail-brand">
          <Brand />
        </div>
        {kPages.map((name) => (
          <a key={name} href={`#/${name}`} className="rail-link" data-name={name} aria-current={page === name ? "page" : undefined}>
            <Indicator disabled={name !== "inbox" || unread === 0} size={8} offset={2} color="red">
              <Icon name={icons[name]} size={20} />
            </Indicator>
            <span>{t(`nav.${name}`)}</span>
            {name === "inbox" && unread > 0 && <span className="rail-count" aria-label={t("nav.unread", { count: unread })}>{unread}</span>}
          </a>
        ))}
        <div className="rail-user" title={user.email}>
          {user.name ?? user.email}
        </div>
      </nav>
      <main className="content" id="content" tabIndex={-1}>
        {state === "waiting" && (
          <p className="offline" role="status">
            {t("app.offline")}
          </p>
        )}
        <Suspense fallback={<LoadingList />}>
          {(page === "tasks" || page === "chat") && <TaskListView />}
          {page === "calendar" && <CalendarView />}
          {page === "recurring" && <RecurringView />}
          {page === "inbox" && <InboxView />}
          {page === "settings" && <SettingsView />}
        </Suspense>
      </main>
      <div className="side">
        <ChatPanel chat={chat} />
      </div>
    </div>
  );
}
