import "@mantine/core/styles.css";
import "./styles.css";
import "./i18n";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError, Http } from "./api/http";
import { App } from "./App";
import { theme } from "./theme";
import { ToastProvider } from "./ui/toasts";

// The stream says when something changed, so what was loaded stays good until then.
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
    },
  },
});

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <QueryClientProvider client={client}>
          <ToastProvider>
            <App http={new Http()} />
          </ToastProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
