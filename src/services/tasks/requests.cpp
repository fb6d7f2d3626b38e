#include "services/tasks/requests.hpp"

#include <charconv>

#include "core/characters.hpp"

namespace daybook::tasks {
namespace {

using domain::Priority;
using domain::Status;

domain::When read_when(http::QueryReader& in, std::string_view name) {
  const auto text = in.text(name, 64);
  if (!text) return {};
  const auto when = domain::parse_when(*text);
  if (!when) return in.fail(name, when.error().detail), domain::When{};
  return *when;
}

std::vector<std::string> read_tags(http::QueryReader& in, std::string_view name) {
  auto tags = in.list(name);
  for (auto& tag : tags) {
    if (!tag.empty() && tag[0] == '#') tag.erase(0, 1);
    if (tag.empty() || tag.size() > domain::kMaxTag * 4) in.fail(name, "must be names of tags");
  }
  return tags;
}

}  // namespace

Result<TaskRef> ref_of(std::string_view text) {
  if (!text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string_view::npos) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return TaskRef{number};
  }
  if (const auto id = TaskId::parse(text)) return TaskRef{*id};
  return Error{Errc::not_found, "There is no such task. A task's id is a UUID, or its number."};
}

domain::TaskQuery read_query(http::QueryReader& in) {
  domain::TaskQuery query;
  for (const auto& name : in.list("status")) {
    if (iequals(name, "open")) {
      query.status.push_back(Status::pending);
      query.status.push_back(Status::in_progress);
    } else if (const auto status = domain::parse_status(name)) {
      query.status.push_back(*status);
    } else {
      in.fail("status", "must be any of pending, in-progress, completed, open");
    }
  }
  for (const auto& name : in.list("priority")) {
    if (const auto priority = domain::parse_priority(name))
      query.priority.push_back(*priority);
    else
      in.fail("priority", "must be any of high, medium, low, none");
  }
  query.tags = read_tags(in, "tag");
  query.any_tags = read_tags(in, "anyTag");
  query.not_tags = read_tags(in, "notTag");
  query.category = in.text("category", domain::kMaxCategory * 4);
  query.due_from = read_when(in, "dueFrom");
  query.due_to = read_when(in, "dueTo");
  query.has_due = in.boolean("hasDue");
  query.has_reminder = in.boolean("hasReminder");
  query.created_from = read_when(in, "createdFrom");
  query.created_to = read_when(in, "createdTo");
  query.completed_from = read_when(in, "completedFrom");
  query.completed_to = read_when(in, "completedTo");
  const auto words = in.text("q", 800);
  query.text = words.value_or("");
  if (!is_utf8(query.text)) in.fail("q", "must be UTF-8");
  if (words && (words->empty() || count_characters(*words) > 200)) in.fail("q", "must have 1 to 200 characters");
  if (const auto id = in.uuid("parentId")) query.parent = TaskId{*id};
  if (const auto id = in.uuid("seriesId")) query.series = SeriesId{*id};
  if (const auto text = in.text("sort", 32)) {
    if (const auto sort = domain::parse_sort(*text))
      query.sort = *sort;
    else
      in.fail("sort", "must be created, due, priority, title or updated, with - before it for the reverse");
  }
  query.limit = static_cast<int>(in.integer("limit", 1, 200).value_or(50));
  query.cursor = in.text("cursor", 1024).value_or("");
  return query;
}

Reply task_reply(int status, TaskDocument document) {
  Reply reply(status, std::move(document.json));
  reply.headers.set("ETag", http::etag(document.version));
  if (status == 201) reply.headers.set("Location", "/api/v1/tasks/" + document.id.str());
  return reply;
}

Reply page_reply(DocumentPage page) {
  std::string body;
  body.reserve(page.items.size() + 96);
  ((body += "{\"items\":[") += page.items) += "],\"nextCursor\":";
  if (page.next_cursor.empty())
    body += "null}";
  else
    ((body += '"') += page.next_cursor) += "\"}";
  return Reply(200, std::move(body));
}

}  // namespace daybook::tasks
