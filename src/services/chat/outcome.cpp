#include "services/chat/outcome.hpp"

namespace daybook::chat {
namespace {

json::value parsed(std::string_view text) {
  boost::system::error_code failure;
  auto value = json::parse(text, failure);
  return failure ? json::value(nullptr) : value;
}

json::array parsed_all(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& text : texts) out.push_back(parsed(text));
  return out;
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

void Outcome::say(std::string_view sentence) {
  if (sentence.empty()) return;
  if (!text.empty()) text += ' ';
  text += sentence;
}

void Outcome::merge(Outcome other) {
  say(other.text);
  for (auto& card : other.cards) cards.push_back(std::move(card));
  for (auto& action : other.actions) actions.push_back(std::move(action));
  for (auto& effect : other.effects) effects.push_back(std::move(effect));
  other.undo.insert(other.undo.end(), std::make_move_iterator(undo.begin()), std::make_move_iterator(undo.end()));
  undo = std::move(other.undo);
  if (!other.undo_summary.empty()) undo_summary += (undo_summary.empty() ? "" : ", ") + other.undo_summary;
  undone.insert(undone.end(), other.undone.begin(), other.undone.end());
  rebased.insert(rebased.end(), other.rebased.begin(), other.rebased.end());
  failed = failed || other.failed;
}

Action speak_action(std::string label, std::string message, std::string style) {
  Action out;
  out.label = std::move(label);
  out.message = std::move(message);
  out.style = std::move(style);
  return out;
}

json::array cards_json(const Outcome& outcome) { return json::array(outcome.cards.begin(), outcome.cards.end()); }

json::array actions_json(const Outcome& outcome) {
  json::array out;
  for (const auto& action : outcome.actions) {
    json::object item;
    item["label"] = action.label;
    item["message"] = text_or_null(action.message);
    item["request"] = nullptr;
    if (!action.method.empty()) {
      json::object request;
      request["method"] = action.method;
      request["path"] = action.path;
      request["body"] = action.body.empty() ? json::value(nullptr) : parsed(action.body);
      item["request"] = std::move(request);
    }
    item["style"] = action.style;
    out.push_back(std::move(item));
  }
  return out;
}

json::array effects_json(const Outcome& outcome) {
  json::array out;
  for (const auto& effect : outcome.effects) out.push_back({{"type", effect.type}, {"id", effect.id}});
  return out;
}

json::value task_card(std::string_view task_json) { return {{"type", "task"}, {"task", parsed(task_json)}}; }

json::value task_list_card(std::string title, const std::vector<std::string>& task_jsons, std::size_t total) {
  return {{"type", "task-list"}, {"title", std::move(title)}, {"tasks", parsed_all(task_jsons)}, {"total", total}};
}

json::value series_card(std::string_view series_json) { return {{"type", "series"}, {"series", parsed(series_json)}}; }

json::value series_list_card(std::string title, const std::vector<std::string>& series_jsons) {
  return {{"type", "series-list"}, {"title", std::move(title)}, {"items", parsed_all(series_jsons)}};
}

json::value plan_card(std::string title, const std::vector<std::pair<std::string, std::string>>& changes,
                      std::size_t total) {
  json::array items;
  for (const auto& [name, change] : changes) items.push_back({{"title", name}, {"change", change}});
  return {{"type", "plan"}, {"title", std::move(title)}, {"changes", std::move(items)}, {"total", total}};
}

json::value help_card(std::string title, const std::vector<std::string>& examples) {
  return {{"type", "help"}, {"title", std::move(title)}, {"examples", json::array(examples.begin(), examples.end())}};
}

}  // namespace daybook::chat
