#include "app/cli/completion.hpp"

#include <CLI/CLI.hpp>

#include "app/cli/cli.hpp"

namespace daybook::app {
namespace {

struct Choice {
  std::string word;
  std::string help;
  bool takes_value = false;
};

/// What may follow one command: "daybook events" and its subcommands and options.
struct Place {
  std::string path;
  std::vector<std::string> commands;
  std::vector<Choice> choices;
};

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

/// Between single quotes, in the way that bash, zsh and fish all read.
std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void collect(const CLI::App& app, const std::string& path, std::vector<Place>& out) {
  Place place;
  place.path = path;
  const auto commands = app.get_subcommands(std::function<bool(const CLI::App*)>());
  for (const auto* command : commands) {
    place.commands.push_back(command->get_name());
    place.choices.push_back({command->get_name(), one_line(command->get_description())});
  }
  for (const auto* option : app.get_options()) {
    const bool takes_value = option->get_items_expected_max() > 0;
    for (const auto& name : option->get_lnames())
      place.choices.push_back({"--" + name, one_line(option->get_description()), takes_value});
    for (const auto& name : option->get_snames())
      place.choices.push_back({"-" + name, one_line(option->get_description()), takes_value});
  }
  out.push_back(std::move(place));
  for (const auto* command : commands) collect(*command, path + " " + command->get_name(), out);
}

/// `case` arms that follow the words from command to command; the same in bash and zsh.
std::string arms_of_paths(const std::vector<Place>& places) {
  std::string out;
  for (const auto& place : places)
    for (const auto& command : place.commands)
      out += "      '" + place.path + " " + command + "') at='" + place.path + " " + command + "' ;;\n";
  return out;
}

std::string for_bash(const std::vector<Place>& places) {
  std::string words;
  std::string values;
  for (const auto& place : places) {
    std::string list;
    std::string with_value;
    for (const auto& choice : place.choices) {
      list += (list.empty() ? "" : " ") + choice.word;
      if (choice.takes_value)
        with_value += (with_value.empty() ? "" : "|") + ("'" + place.path + " " + choice.word + "'");
    }
    words += "    '" + place.path + "') words='" + list + "' ;;\n";
    // After an option with a value: what bash knows of files.
    if (!with_value.empty()) values += "    " + with_value + ") return ;;\n";
  }
  return "# Completion of daybook for bash: source <(daybook completion bash)\n"
         "_daybook() {\n"
         "  local at=daybook words='' word\n"
         "  COMPREPLY=()\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"$at $word\" in\n" +
         arms_of_paths(places) +
         "    esac\n"
         "  done\n"
         "  case \"$at ${COMP_WORDS[COMP_CWORD-1]}\" in\n" +
         values +
         "  esac\n"
         "  case \"$at\" in\n" +
         words +
         "  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\n"
         "complete -o default -F _daybook daybook\n";
}

std::string for_zsh(const std::vector<Place>& places) {
  std::string choices;
  std::string values;
  for (const auto& place : places) {
    choices += "    '" + place.path + "') choices=(";
    for (const auto& choice : place.choices) {
      std::string help = choice.help;
      for (std::size_t at = 0; (at = help.find(':', at)) != std::string::npos; at += 2) help.insert(at, "\\");
      choices += "\n      " + in_quotes(choice.word + ":" + help);
      if (choice.takes_value) values += "    '" + place.path + " " + choice.word + "') _files; return ;;\n";
    }
    choices += ") ;;\n";
  }
  return "#compdef daybook\n"
         "# Completion of daybook for zsh: source <(daybook completion zsh)\n"
         "_daybook() {\n"
         "  local at=daybook word\n"
         "  local -a choices\n"
         "  for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
         "    case \"$at $word\" in\n" +
         arms_of_paths(places) +
         "    esac\n"
         "  done\n"
         "  case \"$at ${words[CURRENT-1]}\" in\n" +
         values +
         "  esac\n"
         "  case \"$at\" in\n" +
         choices +
         "  esac\n"
         "  _describe daybook choices || _files\n"
         "}\n"
         "compdef _daybook daybook\n";
}

std::string for_fish(const std::vector<Place>& places) {
  std::string out = "# Completion of daybook for fish: daybook completion fish | source\n";
  for (const auto& place : places) {
    // "daybook events tail": all of its words were said, and none of its own subcommands yet.
    std::string condition;
    std::string path = place.path;
    for (std::size_t space = path.find(' '); space != std::string::npos; space = path.find(' ', space + 1)) {
      const auto word = path.substr(space + 1, path.find(' ', space + 1) - space - 1);
      condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    }
    std::string none;
    for (const auto& command : place.commands) none += " " + command;
    if (!none.empty())
      condition +=
          (condition.empty() ? "not __fish_seen_subcommand_from" : "; and not __fish_seen_subcommand_from") + none;
    const std::string when = condition.empty() ? "" : " -n " + in_quotes(condition);
    for (const auto& choice : place.choices) {
      out += "complete -c daybook" + when;
      if (choice.word.starts_with("--"))
        out += " -l " + choice.word.substr(2) + (choice.takes_value ? " -r" : "");
      else if (choice.word.starts_with("-"))
        out += " -s " + choice.word.substr(1) + (choice.takes_value ? " -r" : "");
      else
        out += " -f -a " + choice.word;
      out += " -d " + in_quotes(choice.help) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& cli, std::string_view shell) {
  std::vector<Place> places;
  collect(cli, "daybook", places);
  if (shell == "bash") return for_bash(places);
  if (shell == "zsh") return for_zsh(places);
  if (shell == "fish") return for_fish(places);
  return {};
}

void add_completion(CLI::App& cli, Action& chosen) {
  auto* command = cli.add_subcommand("completion", "Write a script that completes commands and options in your shell");
  command->require_subcommand(1);
  command->footer("For example, in ~/.bashrc: source <(daybook completion bash)");
  for (const std::string shell : {"bash", "zsh", "fish"})
    command->add_subcommand(shell, "For " + shell)->callback([&cli, &chosen, shell] {
      chosen = [&cli, shell] {
        std::fputs(completion_script(cli, shell).c_str(), stdout);
        return int{kExitOk};
      };
    });
}

}  // namespace daybook::app
