import { Alert, Anchor, Button, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Http } from "../../api/http";
import { habitsOf } from "../../lib/time";
import { Brand } from "../shell/Brand";

type Status = { kind: "idle" } | { kind: "sending" } | { kind: "failed"; message: string };

export function SignIn({ http }: { http: Http }) {
  const { t } = useTranslation();
  const [isNew, setIsNew] = useState(false);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [name, setName] = useState("");
  const [status, setStatus] = useState<Status>({ kind: "idle" });

  async function submit(event: FormEvent) {
    event.preventDefault();
    setStatus({ kind: "sending" });
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      if (isNew) await http.signUp({ email, password, timezone, ...(name.trim() ? { name: name.trim() } : {}) }, habitsOf(navigator.language || "en"));
      else await http.signIn(email, password);
    } catch (error) {
      setStatus({ kind: "failed", message: error instanceof ApiError ? error.message : String(error) });
    }
  }

  return (
    <main className="auth">
      <section className="auth-pitch" aria-hidden="true">
        <Brand size={30} />
        <p className="auth-tagline">{t("app.tagline")}</p>
        <div className="auth-bubbles">
          <p>{t("auth.pitch1")}</p>
          <p>{t("auth.pitch2")}</p>
          <p>{t("auth.pitch3")}</p>
        </div>
      </section>
      <section className="auth-form">
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <div className="auth-brand-small">
              <Brand size={26} />
            </div>
            <Title order={1} size="h2">
              {isNew ? t("auth.begin") : t("auth.welcome")}
            </Title>
            {status.kind === "failed" && (
              <Alert color="red" role="alert" variant="light">
                {status.message}
              </Alert>
            )}
            {isNew && (
              <TextInput
                label={`${t("auth.name")} (${t("auth.optional")})`}
                autoComplete="name"
                maxLength={100}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
            )}
            <TextInput
              label={t("auth.email")}
              type="email"
              autoComplete="email"
              required
              withAsterisk={false}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={t("auth.password")}
              {...(isNew ? { description: t("auth.passwordHint"), minLength: 8 } : {})}
              autoComplete={isNew ? "new-password" : "current-password"}
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" size="md" loading={status.kind === "sending"}>
              {isNew ? t("auth.signUp") : t("auth.signIn")}
            </Button>
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => {
                setIsNew(!isNew);
                setStatus({ kind: "idle" });
              }}
            >
              {isNew ? t("auth.toSignIn") : t("auth.toSignUp")}
            </Anchor>
          </Stack>
        </form>
      </section>
    </main>
  );
}
