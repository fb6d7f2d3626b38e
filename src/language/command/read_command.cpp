#include "language/command/read_command.hpp"

#include <algorithm>

#include "language/command/alternatives.hpp"
#include "language/command/readers.hpp"

namespace daybook::language {
namespace {

Command read_best(std::string_view text, const Now& now, const Settings& settings, const Context& context) {
  chat::Sentence sentence(text, now, settings, context);
  const chat::Part whole = sentence.whole();
  if (whole.empty()) {
    Command nothing;
    nothing.reason = "empty";
    nothing.confidence = 1;
    return nothing;
  }
  if (auto answer = chat::read_answer(sentence, whole)) return std::move(*answer);
  sentence.release(whole);
  if (auto choice = chat::read_choice(sentence)) return std::move(*choice);
  if (auto question = chat::read_follow_up(sentence, whole)) return std::move(*question);
  sentence.release(whole);
  if (const chat::Part wish = chat::after_suggestion(sentence, whole); wish.first > whole.first) {
    Command made = chat::read_sentence(sentence, wish);
    if (made.intent == Intent::create_task || made.intent == Intent::create_recurring) return made;
    sentence.release(whole);
  }
  return chat::read_sentence(sentence, whole);
}

}  // namespace

Command read_command(std::string_view text, const Now& now, const Settings& settings, const Context& context,
                     Alternatives alternatives) {
  // A title has at most a kilobyte; what is much longer than any sentence is a note that was pasted in.
  constexpr std::size_t kLongest = 16 * 1024;
  constexpr std::size_t kLongestPreview = 1024;
  if (text.size() > kLongest) text = text.substr(0, kLongest);
  Command best = read_best(text, now, settings, context);
  // An answer is read together with the sentence that led to the question, whose words are not in this one.
  const auto is_outside = [text](const RecognisedSpan& each) { return each.span.end > text.size(); };
  if (std::any_of(best.spans.begin(), best.spans.end(), is_outside)) best.spans.clear();
  if (alternatives == Alternatives::wanted && best.alternatives.empty() && text.size() <= kLongestPreview &&
      !context.question)
    best.alternatives = chat::other_readings(text, now, settings, context, best);
  return best;
}

}  // namespace daybook::language
