import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError, type Http, type Query } from "../../api/http";
import type { Labels, Priority, Task, TaskPage, TaskStatus, TaskUpdate } from "../../api/types";
import { useApp } from "../../app_context";
import { addDays, dateIn } from "../../lib/time";
import { useToast } from "../../ui/toasts";

export type View = "today" | "upcoming" | "all" | "done";
export const kViews: View[] = ["today", "upcoming", "all", "done"];
export const kSorts = ["due", "-priority", "-created", "created", "title"] as const;
export interface Filter {
  view: View;
  search: string;
  priority: Priority | null;
  tag: string | null;
  /** Of those that are open. */
  status: Exclude<TaskStatus, "completed"> | null;
  category: string | null;
  /** Local dates, both inclusive; "": none. */
  dueFrom: string;
  dueTo: string;
  createdFrom: string;
  createdTo: string;
  sort: (typeof kSorts)[number];
}
export const kStartFilter: Filter = {
  view: "all", search: "", priority: null, tag: null, status: null, category: null,
  dueFrom: "", dueTo: "", createdFrom: "", createdTo: "", sort: "due",
};

/** Whether tasks are left out beyond what the view says. */
export const narrows = (filter: Filter): boolean =>
  Object.entries(filter).some(([name, value]) => name !== "view" && name !== "sort" && value !== null && value.trim() !== "");

/** The list query that a filter stands for. `today` is the person's local date. */
export function filterQuery(filter: Filter, today: string): Query {
  const done = filter.view === "done";
  const lastOfView = filter.view === "today" ? today : filter.view === "upcoming" ? addDays(today, 7) : "";
  const given: Query = {
    dueFrom: filter.dueFrom,
    dueTo: [lastOfView, filter.dueTo].filter(Boolean).sort()[0],
    createdFrom: filter.createdFrom,
    createdTo: filter.createdTo,
    priority: filter.priority ?? "",
    tag: filter.tag ?? "",
    category: filter.category ?? "",
    q: filter.search.trim(),
  };
  return {
    status: done ? "completed" : (filter.status ?? "open"),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value)),
    sort: done && filter.sort === "due" ? "-updated" : filter.sort,
    limit: 100,
  };
}

export function useTaskList(filter: Filter) {
  const { http, user } = useApp();
  const query = filterQuery(filter, dateIn(new Date(), user.timezone));
  return useInfiniteQuery({
    queryKey: ["tasks", query],
    queryFn: ({ pageParam }) =>
      http.get<TaskPage>("/api/v1/tasks", { ...query, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useLabels() {
  const { http } = useApp();
  return useQuery({ queryKey: ["labels"], queryFn: () => http.get<Labels>("/api/v1/tasks/labels"), retry: false });
}

const kBulk = 100;

/** Every open task below one, however deep. */
async function openBelow(http: Http, parentId: string): Promise<Task[]> {
  const found: Task[] = [];
  let cursor: string | null = null;
  do {
    const page: TaskPage = await http.get<TaskPage>("/api/v1/tasks", { parentId, status: "open", limit: 200, ...(cursor ? { cursor } : {}) });
    for (const task of page.items) found.push(task, ...(task.subtasks?.total ? await openBelow(http, task.id) : []));
    cursor = page.nextCursor;
  } while (cursor);
  return found;
}

/** What can be done with a task, each with its toast and its way back. */
export function useTaskActions() {
  const { t } = useTranslation();
  const { http } = useApp();
  const queries = useQueryClient();
  const toast = useToast();
  const refresh = () => Promise.all([queries.invalidateQueries({ queryKey: ["tasks"] }), queries.invalidateQueries({ queryKey: ["labels"] })]);
  const fail = (error: unknown) => {
    toast({ message: error instanceof Error ? error.message : t("error.title"), tone: "error" });
    void refresh();
  };
  const path = (task: Task) => `/api/v1/tasks/${task.id}`;

  const reopen = useMutation({
    mutationFn: (task: Task) => http.post<Task>(`${path(task)}/reopen`),
    onSuccess: refresh,
    onError: fail,
  });
  // Back to what each was, which need not be pending.
  const uncomplete = useMutation({
    mutationFn: async ({ task, version, below }: { task: Task; version: number; below: Task[] }) => {
      await http.patch<Task>(path(task), { status: task.status }, version);
      const operations = below.map(({ id, status }) => ({ op: "update", id, changes: { status } }));
      for (let first = 0; first < operations.length; first += kBulk)
        await http.post("/api/v1/tasks/bulk", { operations: operations.slice(first, first + kBulk) });
    },
    onSuccess: refresh,
    onError: fail,
  });
  const complete = useMutation({
    mutationFn: async ({ task, subtasks }: { task: Task; subtasks?: "complete" | "keep" }) => {
      const below = subtasks === "complete" ? await openBelow(http, task.id) : [];
      const done = await http.post<Task>(`${path(task)}/complete${subtasks ? `?subtasks=${subtasks}` : ""}`);
      return { task, version: done.version, below };
    },
    onSuccess: (done) => {
      toast({
        message: t("task.completed", { title: done.task.title }),
        actions: [{ label: t("task.undo"), run: () => uncomplete.mutate(done) }],
      });
      return refresh();
    },
    onError: (error, { task }) => {
      if (!(error instanceof ApiError && error.slug === "open-subtasks")) return fail(error);
      toast({
        message: t("task.subtasksOpen", { title: task.title }),
        stays: 15_000,
        actions: [
          { label: t("task.completeAll"), run: () => complete.mutate({ task, subtasks: "complete" }) },
          { label: t("task.keepOpen"), run: () => complete.mutate({ task, subtasks: "keep" }) },
        ],
      });
    },
  });
  const restore = useMutation({
    mutationFn: (task: Task) => http.post<Task>(`${path(task)}/restore`),
    onSuccess: refresh,
    onError: fail,
  });
  const remove = useMutation({
    mutationFn: (task: Task) => http.delete(path(task)),
    onSuccess: (_nothing, task) => {
      toast({
        message: t("task.deleted", { title: task.title }),
        actions: [{ label: t("task.undo"), run: () => restore.mutate(task) }],
      });
      return refresh();
    },
    onError: fail,
  });
  const update = useMutation({
    mutationFn: ({ task, changes }: { task: Task; changes: TaskUpdate }) =>
      http.patch<Task>(path(task), changes, task.version),
    onSuccess: refresh,
  });
  return { complete, reopen, remove, update, refresh };
}
