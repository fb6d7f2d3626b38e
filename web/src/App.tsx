import { Button, Center, Loader, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Http } from "./api/http";
import type { User } from "./api/types";
import { SignIn } from "./features/auth/SignIn";
import { useToasts } from "./ui/toasts";

const Shell = lazy(() => import("./features/shell/Shell"));

type Session = { kind: "asking" } | { kind: "unreachable" } | { kind: "out" } | { kind: "in"; user: User };

/** Signed in or not: asks the refresh cookie once, then follows the session. */
export function App({ http }: { http: Http }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { clear: clearToasts } = useToasts();
  const [session, setSession] = useState<Session>({ kind: "asking" });
  const userId = useRef<string | undefined>(undefined);

  useEffect(
    () =>
      http.onSession((user) => {
        // What was loaded and said is another person's.
        if (user?.id !== userId.current) {
          queries.clear();
          clearToasts();
        }
        userId.current = user?.id;
        setSession(user ? { kind: "in", user } : { kind: "out" });
      }),
    [http, queries, clearToasts],
  );

  const ask = useCallback(() => {
    setSession({ kind: "asking" });
    http.resume().then(
      (found) => {
        if (!found) setSession({ kind: "out" });
      },
      () => setSession({ kind: "unreachable" }),
    );
  }, [http]);
  useEffect(ask, [ask]);

  const waiting = (
    <Center h="100dvh">
      <Loader aria-label={t("app.loading")} className="fade-in-late" />
    </Center>
  );
  switch (session.kind) {
    case "asking":
      return waiting;
    case "unreachable":
      return (
        <Center h="100dvh">
          <Stack align="center" role="alert">
            <Text>{t("app.offline")}</Text>
            <Button onClick={ask}>{t("error.retry")}</Button>
          </Stack>
        </Center>
      );
    case "out":
      return <SignIn http={http} />;
    case "in":
      return (
        <Suspense fallback={waiting}>
          <Shell key={session.user.id} http={http} user={session.user} setUser={(user) => setSession({ kind: "in", user })} />
        </Suspense>
      );
  }
}
