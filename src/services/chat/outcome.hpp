#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "services/chat/conversation.hpp"

namespace daybook::chat {

/// A button under a reply: pressing it says `message`, or makes `request`.
struct Action {
  std::string label;
  std::string message;
  std::string method, path, body;  ///< Of a request; empty when the button speaks.
  std::string style = "default";   ///< "default", "primary", "danger".
};

struct Effect {
  std::string type;  ///< The event's type: "task.created".
  std::string id;
};

/// What carrying out one command came to.
struct Outcome {
  std::string text;
  std::vector<json::value> cards;
  std::vector<Action> actions;
  std::vector<Effect> effects;
  std::vector<UndoStep> undo;  ///< In the order in which they are to be done.
  std::string undo_summary;
  std::vector<Uuid> undone;
  std::vector<Rebase> rebased;  ///< What the undoing means for the journal's older entries.
  bool failed = false;          ///< Nothing was done, because a service refused or was away.

  void say(std::string_view sentence);                                          ///< Appends, with a space between.
  void add_undo(UndoStep step) { undo.insert(undo.begin(), std::move(step)); }  ///< Later effects are undone first.
  void merge(Outcome other);
};

Action speak_action(std::string label, std::string message, std::string style = "default");

/// The members of a reply as schemas/openapi.yaml has them.
json::array cards_json(const Outcome& outcome);
json::array actions_json(const Outcome& outcome);
json::array effects_json(const Outcome& outcome);

/// Cards. `json` is the resource as its service gave it.
json::value task_card(std::string_view task_json);
json::value task_list_card(std::string title, const std::vector<std::string>& task_jsons, std::size_t total);
json::value series_card(std::string_view series_json);
json::value series_list_card(std::string title, const std::vector<std::string>& series_jsons);
json::value plan_card(std::string title, const std::vector<std::pair<std::string, std::string>>& changes,
                      std::size_t total);
json::value help_card(std::string title, const std::vector<std::string>& examples);

}  // namespace daybook::chat
