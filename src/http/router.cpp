#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "http/problem.hpp"
#include "http/url.hpp"
#include "telemetry/log.hpp"

namespace daybook::http {

std::string_view Request::path(std::string_view name) const {
  for (const auto& [key, value] : path_parameters)
    if (key == name) return value;
  return {};
}

std::optional<std::string> Request::query(std::string_view name) const {
  std::optional<std::string> found;
  for_each_parameter(call.query, [&](std::string_view key, std::optional<std::string> value) {
    if (key == name) found = std::move(value);
    return !found;
  });
  return found;
}

std::vector<std::string> Request::query_all(std::string_view name) const {
  std::vector<std::string> found;
  for_each_parameter(call.query, [&](std::string_view key, std::optional<std::string> value) {
    if (key == name && value) found.push_back(std::move(*value));
    return true;
  });
  return found;
}

std::vector<std::string> Request::query_names() const {
  std::vector<std::string> names;
  for_each_parameter(call.query, [&](std::string_view key, const std::optional<std::string>&) {
    if (std::find(names.begin(), names.end(), key) == names.end()) names.emplace_back(key);
    return true;
  });
  return names;
}

namespace {

constexpr std::array kMethods{Method::get,   Method::head,    Method::post,   Method::put,
                              Method::patch, Method::delete_, Method::options};
constexpr std::size_t kMaxSegments = 32;

/// "/api/v1/tasks" → "api", "v1", "tasks"; "/" → one empty segment. False when there is no leading slash.
bool split(std::string_view path, std::vector<std::string_view>& out) {
  if (path.empty() || path.front() != '/') return false;
  path.remove_prefix(1);
  for (;;) {
    const auto slash = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, slash));
    if (slash == path.size()) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::optional<Error> broken_query(std::string_view query) {
  Error error{Errc::invalid_argument, "A query parameter is not percent-encoded UTF-8."};
  for_each_parameter(query, [&](std::string_view name, const std::optional<std::string>& value) {
    if (!value) error.fields.push_back({"?" + std::string(name), "must be percent-encoded UTF-8 without NUL"});
    return true;
  });
  if (error.fields.empty()) return std::nullopt;
  return error;
}

}  // namespace

struct Router::Node {
  struct Route {
    Handler handler;
    std::string pattern;
    std::vector<std::string> names;  ///< Of its parameters, in the order of the path.
  };

  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::map<Method, Route> routes;

  /// The deepest node for `segments`, literal branches first; `values` are what the parameters stand for.
  const Node* find(const std::vector<std::string>& segments, std::size_t at, std::vector<std::size_t>& values) const {
    if (at == segments.size()) return routes.empty() ? nullptr : this;
    if (const auto literal = literals.find(segments[at]); literal != literals.end())
      if (const auto* found = literal->second->find(segments, at + 1, values)) return found;
    if (!parameter || segments[at].empty()) return nullptr;
    values.push_back(at);
    if (const auto* found = parameter->find(segments, at + 1, values)) return found;
    values.pop_back();
    return nullptr;
  }

  const Route* route(Method method) const {
    auto found = routes.find(method);
    if (found == routes.end() && method == Method::head) found = routes.find(Method::get);
    return found == routes.end() ? nullptr : &found->second;
  }

  std::string allow() const {
    std::string out;
    for (auto method : kMethods)
      if (method == Method::options || route(method)) out += (out.empty() ? "" : ", ") + std::string(to_string(method));
    return out;
  }

  void list(std::vector<std::pair<Method, std::string>>& out) const {
    for (const auto& [method, route] : routes) out.emplace_back(method, route.pattern);
    for (const auto& [segment, node] : literals) node->list(out);
    if (parameter) parameter->list(out);
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, Handler handler) {
  std::vector<std::string_view> segments;
  if (!split(pattern, segments)) throw std::logic_error("a route starts with a slash: " + std::string(pattern));
  Node* node = root_.get();
  Node::Route route{std::move(handler), std::string(pattern), {}};
  for (auto segment : segments) {
    std::unique_ptr<Node>* next = nullptr;
    if (is_parameter(segment)) {
      route.names.emplace_back(segment.substr(1, segment.size() - 2));
      next = &node->parameter;
    } else {
      next = &node->literals[std::string(segment)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  if (!node->routes.emplace(method, std::move(route)).second)
    throw std::logic_error("a route was added twice: " + std::string(pattern));
}

boost::asio::awaitable<Reply> Router::dispatch(Call call) const {
  std::vector<std::string_view> raw;
  const bool absolute = split(call.path, raw) && raw.size() <= kMaxSegments;
  std::vector<std::string> segments;
  segments.reserve(raw.size());
  bool decoded = true;
  for (auto segment : raw) {
    auto text = percent_decode(segment);
    decoded = decoded && text.has_value();
    segments.push_back(text ? std::move(*text) : std::string{});
  }
  std::vector<std::size_t> values;
  const Node* node = absolute && decoded ? root_->find(segments, 0, values) : nullptr;
  if (!node) co_return problem_reply(Error{Errc::not_found, "Nothing is served at this path; check its spelling."});

  const auto* route = node->route(call.method);
  if (!route) {
    Reply reply{204};
    if (call.method != Method::options)
      reply = problem_reply(Error{Errc::method_not_allowed, "Use one of: " + node->allow() + "."});
    reply.headers.add("Allow", node->allow());
    co_return reply;
  }
  if (!call.query.empty())
    if (auto error = broken_query(call.query)) co_return problem_reply(*error);

  const std::string correlation_id = call.correlation_id;
  std::string failure;
  try {
    Request request{std::move(call)};
    request.path_parameters.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      request.path_parameters.emplace_back(route->names[i], std::move(segments[values[i]]));
    auto result = co_await route->handler(std::move(request));
    if (result) co_return std::move(*result);
    // What no client can mend, the operator has to hear of.
    if (result.error().code == Errc::corrupt || result.error().code == Errc::internal)
      log::error("a request failed",
                 {{"route", route->pattern}, {"error", result.error().detail}, {"correlation_id", correlation_id}});
    co_return problem_reply(result.error());
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  log::error("a request handler threw",
             {{"route", route->pattern}, {"error", failure}, {"correlation_id", correlation_id}});
  co_return problem_reply(
      Error{Errc::internal, "This is our fault. Try again; if it stays, report the correlation id."});
}

std::vector<std::pair<Method, std::string>> Router::routes() const {
  std::vector<std::pair<Method, std::string>> out;
  root_->list(out);
  return out;
}

}  // namespace daybook::http
