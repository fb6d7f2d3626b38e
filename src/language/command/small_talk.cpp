#include <algorithm>

#include "language/command/readers.hpp"

namespace daybook::language::chat {

std::optional<Command> read_small_talk(Sentence& sentence, Part part) {
  const auto nothing = [](std::string_view reason, double confidence) {
    Command command = make(Intent::none, confidence);
    command.reason = reason;
    return command;
  };
  if (part.empty()) return nothing("empty", 1);
  const Term& head = sentence[part.first];
  const bool all_talk = std::all_of(&sentence[part.first], &sentence[part.last - 1] + 1, [](const Term& term) {
    return term.in(kSmallTalk | kPolite | kYes) || term.is("no", "n");
  });
  if (all_talk && part.size() <= 5) return nothing("small_talk", 0.9);
  if (sentence.starts(part, part.first, "thank", "you") ||
      (head.is("thanks", "thx", "ty", "hello", "hi", "hey", "bye", "goodbye", "lol", "haha") && part.size() <= 3 &&
       !sentence[part.last - 1].in(kActionVerb))) {
    const bool more =
        part.size() > 3 && std::any_of(&sentence[part.first], &sentence[part.last - 1] + 1,
                                       [](const Term& term) { return term.in(kRemind | kCreate | kDelete | kMove); });
    if (!more) return nothing("small_talk", 0.85);
  }
  if (sentence.starts(part, part.first, "good", "morning") || sentence.starts(part, part.first, "good", "night") ||
      sentence.starts(part, part.first, "good", "evening")) {
    if (part.size() <= 3) return nothing("small_talk", 0.9);
  }
  if (sentence.starts(part, part.first, "never", "mind") || head.is("nevermind") ||
      (sentence.starts(part, part.first, "forget", "it") && part.size() <= 3) ||
      (sentence.starts(part, part.first, "forget", "that") && part.size() == 2)) {
    Command command = nothing("cancelled", 0.9);
    command.cancel = true;
    return command;
  }
  if (head.is("not") && part.size() <= 3) return nothing("small_talk", 0.7);
  if (sentence.starts(part, part.first, "see", "you") || sentence.starts(part, part.first, "talk", "to", "you"))
    return nothing("small_talk", 0.8);
  if (sentence.starts(part, part.first, "tell", "me") || sentence.starts(part, part.first, "sing", "me") ||
      sentence.starts(part, part.first, "play", "me"))
    return nothing("out_of_scope", 0.75);
  // "the usual", "same as last time": nothing here says what that was.
  const bool usual = sentence.has(part, "usual") && part.size() <= 3;
  const bool same =
      (sentence.starts(part, part.first, "same", "as") || sentence.starts(part, part.first, "the", "same", "as") ||
       sentence.starts(part, part.first, "same", "again") ||
       sentence.starts(part, part.first, "the", "same", "again") ||
       sentence.starts(part, part.first, "the", "other", "one") || sentence.starts(part, part.first, "same", "thing") ||
       sentence.starts(part, part.first, "the", "same", "thing") ||
       sentence.starts(part, part.first, "you", "know", "what") ||
       sentence.starts(part, part.first, "like", "last", "time")) &&
      part.size() <= 6;
  if (usual || same) return make_clarify("unknown_reference");

  // A statement about the world: "it may rain", "I love Fridays", "the report isn't done yet".
  const bool subject = head.in(kSubject) && !head.is("who's") &&
                       !(head.is("that", "this") && part.size() > 1 && sentence[part.first + 1].groups == 0 &&
                         !sentence[part.first + 1].in(kBe));
  // "this evening call dad" begins with its time.
  const bool timed = std::any_of(sentence.times.begin(), sentence.times.end(), [&](const TimeReading& one) {
    return one.score >= 0.5 && sentence.terms_of(one).first == part.first;
  });
  if (subject && !timed && part.size() > 1) {
    const Term& second = sentence[part.first + 1];
    const bool contracted_be =
        head.low.ends_with("'s") || head.low.ends_with("'re") || head.is("i'm", "im", "thats", "its");
    if (second.in(kBe) || contracted_be || second.groups == 0 || !second.in(kActionVerb) || head.is("i"))
      return nothing("statement", 0.7);
  }
  if (!subject && !head.in(kQuestion | kActionVerb | kCreate | kRemind | kMove | kDelete) && part.size() > 2) {
    for (std::size_t i = part.first + 1; i + 1 < part.last; ++i) {
      const Term& term = sentence[i];
      const bool finite = term.is("is", "are", "was", "were", "isn't", "aren't", "wasn't", "weren't", "isnt", "arent",
                                  "doesn't", "didn't", "hasn't", "haven't", "seems", "looks", "sucks", "rocks");
      if (!finite || sentence.has({part.first, part.last}, "due") ||
          sentence.has({part.first, i}, "who", "that", "which", "what", "where", "if", "whether"))
        continue;
      return nothing("statement", 0.7);
    }
  }
  // A question that no other reader took is about something else.
  const bool question_mark = sentence[part.last - 1].after == '?';
  if (head.is("what", "what's", "whats", "who", "who's", "whos", "why", "how", "how's", "when", "where", "which", "is",
              "when's", "whens", "where's", "wheres", "why's", "are", "does", "did", "was") &&
      part.size() > 1) {
    return nothing("out_of_scope", 0.75);
  }
  if (question_mark && head.is("do", "can", "could", "would", "will", "should", "am", "has", "have")) {
    if (!(head.is("can", "could", "would", "will") && sentence[part.first + 1].is("you", "we", "u")))
      return nothing("out_of_scope", 0.7);
  }
  return {};
}

}  // namespace daybook::language::chat
