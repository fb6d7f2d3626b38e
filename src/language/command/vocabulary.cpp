#include <algorithm>
#include <string_view>
#include <utility>

#include "language/command/terms.hpp"
#include "language/word_map.hpp"

namespace daybook::language::chat {
namespace {

struct Entry {
  std::uint32_t groups;
  std::string_view words;  ///< Separated by blanks.
};

constexpr Entry kEntries[] = {
    {kPolite,
     "please pls plz kindly hey ok okay k alright so well just actually also then now and daybook yo oh um uh hmm "
     "btw quickly basically sorry"},
    {kArticle, "the a an my our your his her their its this that these those some any another"},
    {kPreposition,
     "with about for to of from in on at by into onto over under near via w/ re regarding without as than "
     "between during before after until till around through towards toward off out up and or but so "
     "because if when while"},
    {kGlue,
     "on at by in for from until till til before due @ to the starting beginning this around every of within "
     "during no later than and - – — | , & about as after since through between"},
    {kPronoun, "it that this them those these both all one ones everything"},
    {kSubject,
     "i you he she it we they this that there who i'm i've i'd i'll you're he's she's it's we're they're "
     "that's there's im ive ill its thats"},
    {kTaskNoun,
     "task tasks todo todos to-do to-dos reminder reminders item items thing things stuff alarm alarms series "
     "event events entry entries chore chores"},
    {kBe,
     "is are was were am isn't aren't wasn't weren't isnt arent may might will would could should can can't cannot "
     "won't has have had hasn't haven't seems looks"},
    {kRemind, "remind ping notify alert nudge"},
    {kComplete, "complete finish tick check mark close resolve finalize accomplish"},
    {kDoneWord, "done finished completed complete closed ticked checked resolved accomplished"},
    {kDelete, "delete remove cancel erase drop trash discard scrap bin"},
    {kMove, "move push postpone reschedule delay shift bump defer swap bring pull advance"},
    {kCreate, "add create new make schedule put insert"},
    {kShow, "show list display give see view tell print open get"},
    {kSmallTalk,
     "hello hi hey hiya howdy yo thanks thank thx ty lol haha hahaha lmao rofl wow cool nice great awesome "
     "good ok okay morning evening night bye goodbye cheers sup yay yikes oops hmm hm sorry amazing perfect "
     "wonderful sweet brilliant welcome damn k kk ugh love you so much very day everyone there"},
    {kQuestion,
     "what what's whats when when's whens where where's wheres which who who's how how's hows why is are am do "
     "does did can could will would have has should anything"},
    {kYes,
     "yes y yeah yep yup sure ok okay confirm confirmed affirmative absolutely definitely right correct do go "
     "proceed certainly please fine sounds good it ahead agreed"},
    {kNo, "no n nope nah never cancel stop don't dont abort negative forget nevermind not keep"},
    {kActionVerb,
     "ask assemble attend backup bake book borrow bring brush build buy call cancel change charge check clean clear "
     "close "
     "collect confirm contact cook copy cut decide deliver deposit descale discuss do donate download draft draw drink "
     "drive drop dust edit email eat empty exchange exercise explore feed fetch file fill find finish fix fly fold "
     "follow "
     "gather get give go grab groom help hire hang hire install invite invoice iron join jog jump keep learn leave "
     "lend "
     "listen lock look mail make measure meditate meet mend message mop move mow negotiate note order organise "
     "organize "
     "pack paint park pay phone pick plan plant play polish post practice practise prep prepare print proofread "
     "publish "
     "pull purchase push put read refill register renew rent repair replace reply report request research reserve "
     "respond rest return review ring rotate run save schedule scrub search sell send service set sew shave ship shop "
     "shovel sign skype sleep solve sort speak start stop stretch study submit sweep swim switch take talk teach tell "
     "test text thank tidy trim translate try turn update upgrade upload use vacuum verify visit wake walk wash watch "
     "water weed weigh work wrap write"},
    {kNegative, "don't dont not never no isn't isnt haven't havent didn't didnt doesn't doesnt won't wont can't cant"},
    {kPast,
     "called bought paid emailed sent wrote did finished completed cleaned washed fixed submitted returned picked took "
     "got made booked ordered watered walked fed went met read ran filed cooked mailed texted renewed scheduled "
     "reviewed updated signed printed packed sold replied handled delivered dropped visited prepared installed "
     "exercised practiced vacuumed mowed swept changed replaced done talked spoke turned cancelled canceled posted"},
};

using Vocabulary = WordMap<std::uint32_t>;

const Vocabulary& vocabulary() {
  static const Vocabulary words = [] {
    Vocabulary all;
    for (const Entry& entry : kEntries) {
      for (std::size_t at = 0; at < entry.words.size();) {
        const std::size_t end = std::min(entry.words.find(' ', at), entry.words.size());
        if (end > at) all[entry.words.substr(at, end - at)] |= entry.groups;
        at = end + 1;
      }
    }
    return all;
  }();
  return words;
}

constexpr std::string_view kVerbs[] = {"remind",   "delete",     "complete", "remove", "cancel", "snooze",
                                       "dismiss",  "reschedule", "postpone", "finish", "rename", "schedule",
                                       "reminder", "create",     "search",   "mark"};
/// Real words that stand one edit from a verb above.
constexpr std::string_view kRealWords[] = {"deplete", "compete", "remand",  "removed", "deleted", "finished", "march",
                                           "mask",    "make",    "bark",    "park",    "dark",    "mary",     "mars",
                                           "starch",  "canal",   "reminds", "removes", "cream",   "created",  "milk"};

constexpr std::pair<std::string_view, std::string_view> kIrregular[] = {
    {"bought", "buy"}, {"paid", "pay"},    {"sent", "send"},  {"wrote", "write"},   {"did", "do"},
    {"took", "take"},  {"got", "get"},     {"made", "make"},  {"fed", "feed"},      {"went", "go"},
    {"met", "meet"},   {"ran", "run"},     {"sold", "sell"},  {"swept", "sweep"},   {"spoke", "speak"},
    {"gone", "go"},    {"bills", "bill"},  {"taken", "take"}, {"written", "write"}, {"told", "tell"},
    {"taxes", "tax"},  {"dishes", "dish"}, {"boxes", "box"},  {"running", "run"}};

}  // namespace

std::uint32_t groups_of(std::string_view lower) {
  const std::uint32_t* found = vocabulary().find(lower);
  return found == nullptr ? 0 : *found;
}

std::string_view misspelt_verb(std::string_view lower) {
  if (lower.size() < 4 || lower.size() > 12 || groups_of(lower) != 0) return {};
  for (std::string_view verb : kVerbs) {
    if (verb[0] != lower[0] || edit_distance(lower, verb, 1) != 1) continue;
    const bool real = std::find(std::begin(kRealWords), std::end(kRealWords), lower) != std::end(kRealWords);
    return real ? std::string_view{} : verb;
  }
  return {};
}

std::string_view untangled_verb(std::string_view lower) {
  constexpr std::string_view kShort[] = {"show", "list", "undo", "move", "skip", "stop", "what", "when", "pause"};
  if (lower.size() < 4 || lower.size() > 5 || groups_of(lower) != 0) return {};
  for (std::string_view verb : kShort) {
    if (verb.size() != lower.size() || verb[0] != lower[0]) continue;
    const auto [a, b] = std::mismatch(verb.begin(), verb.end(), lower.begin());
    if (a + 1 < verb.end() && a[0] == b[1] && a[1] == b[0] && std::equal(a + 2, verb.end(), b + 2)) return verb;
  }
  return {};
}

std::string_view stem(std::string_view lower) {
  if (lower.ends_with("'s")) lower.remove_suffix(2);
  if (lower.ends_with("s'")) lower.remove_suffix(1);
  static const auto irregular = [] {
    WordMap<std::string_view> map;
    for (const auto& [form, root] : kIrregular) map[form] = root;
    return map;
  }();
  if (const std::string_view* root = irregular.find(lower)) return *root;
  if (lower.size() > 5 && lower.ends_with("ing")) return lower.substr(0, lower.size() - 3);
  if (lower.size() > 4 && lower.ends_with("ed")) return lower.substr(0, lower.size() - 2);
  if (lower.size() > 6 && lower.ends_with("ment")) return lower.substr(0, lower.size() - 4);  // payment, shipment
  if (lower.size() > 3 && lower.ends_with("s") && !lower.ends_with("ss")) return lower.substr(0, lower.size() - 1);
  if (lower.size() > 4 && lower.ends_with("e")) return lower.substr(0, lower.size() - 1);  // renew(ed), move(d)
  return lower;
}

int small_number(std::string_view lower) {
  if (lower.empty()) return 0;
  if (lower.size() <= 5 && std::all_of(lower.begin(), lower.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    int value = 0;
    for (char c : lower) value = value * 10 + (c - '0');
    return value;
  }
  static const auto words = [] {
    constexpr std::string_view kFrom1[] = {"one",     "two",       "three",    "four",     "five",
                                           "six",     "seven",     "eight",    "nine",     "ten",
                                           "eleven",  "twelve",    "thirteen", "fourteen", "fifteen",
                                           "sixteen", "seventeen", "eighteen", "nineteen", "twenty"};
    WordMap<int> map;
    int number = 0;
    for (const std::string_view word : kFrom1) map[word] = ++number;
    constexpr std::pair<std::string_view, int> kMore[] = {{"a", 1},      {"an", 1},      {"couple", 2},
                                                          {"few", 3},    {"thirty", 30}, {"forty", 40},
                                                          {"fifty", 50}, {"sixty", 60},  {"ninety", 90}};
    for (const auto& [word, value] : kMore) map[word] = value;
    return map;
  }();
  if (const int* number = words.find(lower)) return *number;
  return 0;
}

int small_ordinal(std::string_view lower) {
  static const auto words = [] {
    constexpr std::string_view kFrom1[] = {"first", "second",  "third",  "fourth", "fifth",
                                           "sixth", "seventh", "eighth", "ninth",  "tenth"};
    WordMap<int> map;
    int number = 0;
    for (const std::string_view word : kFrom1) map[word] = ++number;
    for (const std::string_view word : {"last", "final", "bottom"}) map[word] = -1;
    map["top"] = 1;
    return map;
  }();
  if (const int* number = words.find(lower)) return *number;
  if (lower.size() > 2 && lower.size() < 6) {
    const std::string_view ending = lower.substr(lower.size() - 2);
    if (ending == "st" || ending == "nd" || ending == "rd" || ending == "th") {
      const std::string_view digits = lower.substr(0, lower.size() - 2);
      if (digits[0] >= '0' && digits[0] <= '9') return small_number(digits);
    }
  }
  return 0;
}

}  // namespace daybook::language::chat
