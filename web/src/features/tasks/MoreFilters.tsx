import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Labels } from "../../api/types";
import { kStartFilter, narrows, type Filter } from "./use_tasks";

interface Props {
  id: string;
  filter: Filter;
  categories: Labels["categories"];
  change: (part: Partial<Filter>) => void;
}

/** The filters that are needed seldom: status, category, and ranges of due and creation. */
export function MoreFilters({ id, filter, categories, change }: Props) {
  const { t } = useTranslation();
  const names = new Set([...categories.map(({ name }) => name), ...(filter.category ? [filter.category] : [])]);
  const day = (field: "dueFrom" | "dueTo" | "createdFrom" | "createdTo") => (
    <TextInput type="date" size="xs" label={t(`task.filters.${field}`)} value={filter[field]}
      onChange={(event) => change({ [field]: event.currentTarget.value })} />
  );
  return (
    <div className="filters-more" id={id}>
      {filter.view !== "done" && (
        <NativeSelect size="xs" label={t("editor.status")} value={filter.status ?? ""}
          onChange={(event) => change({ status: (event.currentTarget.value || null) as Filter["status"] })}
          data={[
            { value: "", label: t("task.filters.anyStatus") },
            ...(["pending", "in-progress"] as const).map((value) => ({ value, label: t(`editor.statuses.${value}`) })),
          ]} />
      )}
      <NativeSelect size="xs" label={t("editor.category")} value={filter.category ?? ""}
        onChange={(event) => change({ category: event.currentTarget.value || null })}
        data={[{ value: "", label: t("task.filters.anyCategory") }, ...[...names].map((value) => ({ value, label: value }))]} />
      {day("dueFrom")}
      {day("dueTo")}
      {day("createdFrom")}
      {day("createdTo")}
      {narrows(filter) && (
        <Button size="compact-sm" variant="subtle" onClick={() => change({ ...kStartFilter, view: filter.view, sort: filter.sort })}>
          {t("task.clearFilters")}
        </Button>
      )}
    </div>
  );
}
