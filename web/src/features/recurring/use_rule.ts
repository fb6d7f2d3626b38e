import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { ParseResult, RecurrencePreview } from "../../api/types";
import { useApp } from "../../app_context";
import type { Rule, Start } from "./series_draft";

/** What words such as "every other Thursday at 9am" mean; an RRULE is taken as it is. `data` null: no repeat. */
export function useRule(words: string, timezone: string, enabled: boolean) {
  const { http } = useApp();
  const [asked] = useDebouncedValue(words.trim(), 200);
  const answer = useQuery({
    queryKey: ["rule", asked, timezone],
    enabled: enabled && asked !== "",
    queryFn: async (): Promise<Rule | null> => {
      if (/^(RRULE:)?FREQ=/i.test(asked)) return { rrule: asked.replace(/^RRULE:/i, "") };
      // The grammar reads tasks: the words repeat one that is called Task.
      const { recurring } = await http.post<ParseResult>("/api/v1/parse", { text: `Task ${asked}`, timezone });
      if (!recurring?.rrule) return null;
      const { rrule, anchor, startsAt, startsOn } = recurring;
      return { rrule, anchor, startsAt, startsOn } as Rule;
    },
    retry: false,
  });
  return { rule: answer.data ?? null, current: asked === words.trim() && answer.isSuccess, error: answer.error };
}

/** The rule in words, with its next starts. */
export function useRulePreview(rule: Rule | null, start: Start, timezone: string) {
  const { http } = useApp();
  const body = { rrule: rule?.rrule ?? "", ...start, timezone, limit: 3 };
  return useQuery({
    queryKey: ["rule-preview", body],
    enabled: rule !== null,
    queryFn: () => http.post<RecurrencePreview>("/api/v1/recurring/preview", body),
    retry: false,
  });
}
