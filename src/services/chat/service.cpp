#include "services/chat/service.hpp"

#include "services/chat/parse_result.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kTitleBytes = 80;

/// The first of what was said, cut at a whole character.
std::string conversation_title(const std::string& message) {
  if (message.size() <= kTitleBytes) return message;
  std::size_t end = kTitleBytes;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return message.substr(0, end) + "…";
}

Conversation begin_conversation(const UserId& user, const std::string& message, Instant now) {
  Conversation out;
  out.id = ConversationId::make(now);
  out.user = user;
  out.title = conversation_title(message);
  out.created_at = now;
  return out;
}

Message make_message(const Conversation& conversation, std::string role, std::string text, Instant now) {
  Message out;
  out.id = Uuid::v7(now);
  out.conversation = conversation.id;
  out.role = std::move(role);
  out.text = std::move(text);
  out.created_at = now;
  return out;
}

std::string reply_json(const Conversation& conversation, const Message& message, const std::optional<UndoEntry>& undo) {
  boost::system::error_code failure;
  json::object reply;
  reply["text"] = message.text;
  reply["cards"] = json::parse(message.cards, failure);
  reply["actions"] = json::parse(message.actions, failure);
  json::object out;
  out["conversationId"] = conversation.id.str();
  out["messageId"] = message.id.str();
  out["reply"] = std::move(reply);
  out["effects"] = json::parse(message.effects, failure);
  out["undo"] = nullptr;
  if (undo) out["undo"] = {{"id", undo->id.str()}, {"label", undo->summary}, {"message", "undo"}};
  return json::serialize(out);
}

}  // namespace

language::Settings settings_of(const Person& person) {
  language::Settings out;
  if (person.date_order == "dmy") out.date_order = language::DateOrder::dmy;
  if (person.date_order == "ymd") out.date_order = language::DateOrder::ymd;
  if (person.week_start == "sunday") out.week_start = 7;
  if (person.week_start == "saturday") out.week_start = 6;
  return out;
}

language::Now now_in(const WallClock& clock, const std::string& wanted, const std::string& own) {
  for (const auto& name : {wanted, own})
    if (!name.empty())
      if (const auto zone = domain::Zone::locate(name)) return {clock.now(), *zone};
  return {clock.now(), domain::Zone{}};
}

std::string message_json(const Message& message) {
  boost::system::error_code failure;
  json::object out;
  out["id"] = message.id.str();
  out["conversationId"] = message.conversation.str();
  out["sequence"] = message.sequence;
  out["role"] = message.role;
  out["text"] = message.text;
  out["cards"] = json::parse(message.cards, failure);
  out["actions"] = json::parse(message.actions, failure);
  out["effects"] = json::parse(message.effects, failure);
  out["undoId"] = message.undo ? json::value(message.undo->str()) : json::value(nullptr);
  out["createdAt"] = format_rfc3339(message.created_at);
  return json::serialize(out);
}

awaitable<Result<std::string>> Service::chat(runtime::Caller caller, Said said) {
  const UserId user = caller.principal.user;
  const auto pass = co_await turns_.enter(user, said.key.key);
  // Each turn goes on from the one before: two at once would both undo the same, or both answer the same question.
  std::string place = said.conversation ? "conversation/" + said.conversation->str() : std::string{};
  const auto turn_of_it = co_await turns_.enter(user, std::move(place));
  const auto before = co_await services_.store.find_reply(user, said.key);
  if (!before) co_return before.error();
  if (*before) co_return std::move(**before);

  const Instant received = clock_.now();
  Conversation conversation = begin_conversation(user, said.message, received);
  if (said.conversation) {
    auto loaded = co_await services_.store.load(user, *said.conversation);
    if (!loaded) co_return loaded.error();
    conversation = std::move(*loaded);
  }
  const auto person = co_await services_.store.person(user);
  if (!person) co_return person.error();
  const language::Now now = now_in(clock_, said.timezone, caller.principal.timezone);
  auto known = co_await load_knowledge(services_.tasks, services_.scheduler, caller, conversation.context, now);
  if (!known) co_return known.error();

  Scope scope(caller, now, conversation, *known);
  scope.text = said.message;
  scope.ignore = std::move(said.ignore);
  Outcome outcome = co_await respond(scope, settings_of(*person));

  const Instant answered = clock_.now();
  Turn turn;
  Message question = make_message(conversation, "user", said.message, received);
  Message answer = make_message(conversation, "assistant", outcome.text, answered);
  answer.cards = json::serialize(cards_json(outcome));
  answer.actions = json::serialize(actions_json(outcome));
  answer.effects = json::serialize(effects_json(outcome));
  if (!outcome.undo.empty()) {
    UndoEntry entry;
    entry.id = Uuid::v7(answered);
    entry.conversation = conversation.id;
    entry.steps = std::move(outcome.undo);
    entry.summary = std::move(outcome.undo_summary);
    answer.undo = entry.id;
    turn.undo = std::move(entry);
  }
  conversation.updated_at = answered;
  turn.reply = reply_json(conversation, answer, turn.undo);
  question.trace = answer.trace = Trace::of(caller);
  turn.messages.push_back(std::move(question));
  turn.messages.push_back(std::move(answer));
  turn.undone = std::move(outcome.undone);
  turn.rebased = std::move(outcome.rebased);
  turn.key = std::move(said.key);
  turn.conversation = std::move(conversation);
  co_return co_await services_.store.save(std::move(turn), answered);
}

awaitable<Result<>> Service::tidy() {
  constexpr int kSlice = 200;
  const Instant now = clock_.now();
  if (now - purged_at_ < std::chrono::hours{1}) co_return Result<>{};
  for (int taken = kSlice; taken == kSlice;) {
    const auto purged = co_await services_.store.purge(now, kSlice);
    if (!purged) co_return purged.error();
    taken = *purged;
  }
  purged_at_ = now;
  co_return Result<>{};
}

awaitable<Result<std::string>> Service::parse(runtime::Caller caller, std::string text, std::string timezone,
                                              TextSpans ignore) {
  const auto person = co_await services_.store.person(caller.principal.user);
  if (!person) co_return person.error();
  const language::Now now = now_in(clock_, timezone, caller.principal.timezone);
  co_return parse_result(text, now, settings_of(*person), ignore);
}

awaitable<Result<>> Service::on_event(CloudEvent event) {
  if (event.type.starts_with("user.")) co_return co_await services_.store.apply_user(std::move(event));
  const auto data = parse_json(event.data);
  if (!data) co_return data.error();
  if (event.type == "notification.sent") co_return co_await say_digest(std::move(event), *data);
  JsonReader in(*data, Unknown::lenient);
  const auto reminder = in.uuid("id", true);
  const auto task = in.uuid("taskId");
  const std::string title = in.text("taskTitle", {.required = true}).value_or("");
  const auto due = in.instant("taskDueAt");
  std::vector<std::string> merged;
  in.objects("merged", SIZE_MAX,
             [&merged](JsonReader& each, std::size_t) { merged.push_back(each.text("taskTitle").value_or("")); });
  if (auto error = in.finish()) co_return *error;
  const auto person = co_await services_.store.person(event.user);
  if (!person) co_return person.error();

  Outcome out;
  if (merged.empty()) {
    const language::Now now = now_in(clock_, {}, person->timezone);
    std::string sentence = "Reminder: " + title;
    if (due) {
      const auto ahead = std::chrono::round<std::chrono::minutes>(*due - now.instant());
      if (ahead > std::chrono::minutes{0} && ahead < std::chrono::hours{24})
        sentence += " in " + length_in_words(ahead);
      sentence += ", " + instant_in_words(*due, now);
    }
    out.say(sentence + ".");
    out.actions.push_back(speak_action("Snooze 10 minutes", "snooze 10 minutes"));
    out.actions.push_back(speak_action("Dismiss", "dismiss"));
    out.actions.push_back(speak_action("Mark done", "mark it done", "primary"));
  } else {
    out.say(std::to_string(merged.size()) + " reminders came due: " + list_in_words(merged) + ".");
    out.actions.push_back(speak_action("Snooze all 10 minutes", "snooze 10 minutes"));
    out.actions.push_back(speak_action("Dismiss all", "dismiss"));
  }
  // Of several no one task is meant: what came due together is looked up when it is answered.
  std::optional<TaskId> about;
  const std::optional<ReminderId> which{ReminderId{*reminder}};
  if (merged.empty() && task) about = TaskId{*task};
  co_return co_await services_.store.speak(event.user, event.id, unasked(event, out), which, about, clock_.now());
}

awaitable<Result<>> Service::say_digest(CloudEvent event, json::value data) {
  JsonReader in(data, Unknown::lenient);
  const auto kind = in.text("kind").value_or(""), channel = in.text("channel").value_or("");
  // One delivery of it stands for all: the inbox has every digest.
  if (kind != "digest" || channel != "in-app") co_return Result<>{};
  Outcome out;
  out.say(in.text("title").value_or("") + "\n" + in.text("body").value_or(""));
  co_return co_await services_.store.speak(event.user, event.id, unasked(event, out), std::nullopt, std::nullopt,
                                           clock_.now());
}

Message Service::unasked(const CloudEvent& event, const Outcome& out) const {
  Message message;
  // Derived from the event, so that a redelivery says nothing twice.
  message.id = Uuid::v5(event.id.value, "message");
  message.role = "assistant";
  message.text = out.text;
  message.actions = json::serialize(actions_json(out));
  message.created_at = clock_.now();
  message.trace = Trace::of(event);
  return message;
}

}  // namespace daybook::chat
