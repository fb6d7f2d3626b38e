import { ActionIcon, Button, Chip, NativeSelect, SegmentedControl, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { lazy, Suspense, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Priority, Task } from "../../api/types";
import { useApp } from "../../app_context";
import { focusSoon } from "../../ui/focus";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, LoadingList } from "../../ui/states";
import { useNow } from "../../ui/use_now";
import { groupByDue, nest } from "./groups";
import { MoreFilters } from "./MoreFilters";
import { QuickAdd } from "./QuickAdd";
import { TaskRow } from "./TaskRow";
import { kSorts, kStartFilter, kViews, narrows, useLabels, useTaskActions, useTaskList, type Filter, type View } from "./use_tasks";

const TaskEditor = lazy(() => import("./TaskEditor"));
const kTags = 12;
const kHandsOn = 5000;

export function TaskListView() {
  const { t } = useTranslation();
  const { user } = useApp();
  const now = useNow();
  const [filter, setFilter] = useState<Filter>(kStartFilter);
  const [search] = useDebouncedValue(filter.search, 200);
  const list = useTaskList({ ...filter, search });
  const labels = useLabels();
  const actions = useTaskActions();
  const [editing, setEditing] = useState<Task | null>(null);
  const [allTags, setAllTags] = useState(false);
  const [moreFilters, setMoreFilters] = useState(false);
  const moreId = useId();
  const change = (part: Partial<Filter>) => setFilter((before) => ({ ...before, ...part }));

  const tasks = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const groups = useMemo(
    () =>
      filter.sort === "due" && filter.view !== "done"
        ? groupByDue(tasks, user.timezone, now)
        : tasks.length > 0
          ? [{ name: null, tasks }]
          : [],
    [tasks, filter.sort, filter.view, user.timezone, now],
  );
  // A row that goes with its task hands the keyboard on to the next one.
  const next = useRef<{ id: string; until: number } | null>(null);
  const leaves = (task: Task) => {
    if (!document.activeElement?.closest(".task")) return;
    const rows = groups.flatMap((group) => nest(group.tasks).map((row) => row.task.id));
    const at = rows.indexOf(task.id);
    next.current = { id: `check-${rows[at + 1] ?? rows[at - 1] ?? ""}`, until: Date.now() + kHandsOn };
  };
  useEffect(() => {
    if (!next.current || document.activeElement !== document.body) return;
    const { id, until } = next.current;
    next.current = null;
    if (Date.now() < until) focusSoon(document.getElementById(id) ?? "tasks-heading");
  }, [tasks]);

  const isFiltered = narrows(filter);
  const tags = labels.data?.tags.filter((label) => label.open > 0 || label.name === filter.tag) ?? [];
  const shownTags = allTags ? tags : tags.filter((label, index) => index < kTags || label.name === filter.tag);

  return (
    <section className="tasks" aria-labelledby="tasks-heading">
      <header className="page-head">
        <Title order={1} size="h2" id="tasks-heading" tabIndex={-1}>
          {t(`task.titles.${filter.view}`)}
        </Title>
        <span className="page-count" aria-live="polite">
          {list.isSuccess && tasks.length > 0 && t("task.count", { count: tasks.length })}
          {list.hasNextPage && "+"}
        </span>
      </header>
      <QuickAdd />
      <div className="filters">
        <SegmentedControl
          className="filter-views"
          aria-label={t("task.views.label")}
          value={filter.view}
          onChange={(view) => change({ view: view as View })}
          data={kViews.map((view) => ({ value: view, label: t(`task.views.${view}`) }))}
        />
        <TextInput
          className="filter-search"
          type="search"
          aria-label={t("task.search")}
          placeholder={t("task.search")}
          leftSection={<Icon name="search" size={16} />}
          value={filter.search}
          onChange={(event) => change({ search: event.currentTarget.value })}
          maxLength={200}
        />
        <NativeSelect
          aria-label={t("task.priority")}
          value={filter.priority ?? ""}
          onChange={(event) => change({ priority: (event.currentTarget.value || null) as Priority | null })}
          data={[
            { value: "", label: t("task.anyPriority") },
            ...(["high", "medium", "low", "none"] as const).map((value) => ({ value, label: t(`task.priorities.${value}`) })),
          ]}
        />
        <NativeSelect
          aria-label={t("task.sort")}
          value={filter.sort}
          onChange={(event) => change({ sort: event.currentTarget.value as Filter["sort"] })}
          data={kSorts.map((value) => ({ value, label: t(`task.sorts.${value}`) }))}
        />
        <ActionIcon
          className="filter-more"
          variant={isFiltered || moreFilters ? "light" : "default"}
          size={36}
          aria-label={t("task.filters.more")}
          title={t("task.filters.more")}
          aria-expanded={moreFilters}
          aria-controls={moreId}
          onClick={() => setMoreFilters(!moreFilters)}
        >
          <Icon name="settings" />
        </ActionIcon>
      </div>
      {moreFilters && <MoreFilters id={moreId} filter={filter} categories={labels.data?.categories ?? []} change={change} />}
      {tags.length > 0 && (
        <div className="filter-tags" role="group" aria-label={t("task.tags")}>
          {shownTags.map((label) => (
            <Chip
              key={label.name}
              size="xs"
              variant="light"
              checked={filter.tag === label.name}
              onChange={(checked) => change({ tag: checked ? label.name : null })}
            >
              #{label.name}
            </Chip>
          ))}
          {tags.length > shownTags.length && (
            <Button size="compact-xs" variant="subtle" onClick={() => setAllTags(true)}>
              {t("task.moreTags", { count: tags.length - shownTags.length })}
            </Button>
          )}
        </div>
      )}
      {list.isPending && <LoadingList />}
      {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && tasks.length === 0 && (
        <EmptyState
          icon="check"
          title={t(isFiltered ? "task.empty.filtered" : `task.empty.${filter.view}`)}
          hint={isFiltered ? undefined : filter.view === "today" ? t("task.empty.todayHint") : t("task.empty.hint")}
        />
      )}
      {isFiltered && list.isSuccess && tasks.length === 0 && (
        <Button variant="subtle" mx="auto" display="block" onClick={() => setFilter({ ...kStartFilter, view: filter.view })}>
          {t("task.clearFilters")}
        </Button>
      )}
      {groups.map((group) => (
        <div key={group.name ?? "plain"} className="group">
          {group.name && (
            <h2 className="group-name" data-group={group.name}>
              {t(`task.groups.${group.name}`)} <span>{group.tasks.length}</span>
            </h2>
          )}
          <ul className="task-list">
            {nest(group.tasks).map(({ task, depth }) => (
              <TaskRow
                key={task.id}
                task={task}
                depth={depth}
                zone={user.timezone}
                now={now}
                onToggle={(one) => {
                  leaves(one);
                  if (one.status === "completed") actions.reopen.mutate(one);
                  else actions.complete.mutate({ task: one });
                }}
                onEdit={setEditing}
                onDelete={(one) => {
                  leaves(one);
                  actions.remove.mutate(one);
                }}
              />
            ))}
          </ul>
        </div>
      ))}
      {list.hasNextPage && (
        <Button variant="default" fullWidth mt="md" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("task.more_button")}
        </Button>
      )}
      <Suspense>{editing && <TaskEditor task={editing} onClose={() => setEditing(null)} />}</Suspense>
    </section>
  );
}
