#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/call.hpp"
#include "core/result.hpp"

namespace daybook::http {

/// A call with what the router made of it.
class Request {
 public:
  explicit Request(Call c) : call(std::move(c)) {}
  Call call;
  /// The decoded value of "{name}" in the route's path.
  std::string_view path(std::string_view name) const;
  /// The decoded first value of a query parameter; nullopt when absent.
  std::optional<std::string> query(std::string_view name) const;
  std::vector<std::string> query_all(std::string_view name) const;
  /// Names of all query parameters, so that a route can refuse unknown ones.
  std::vector<std::string> query_names() const;

  std::vector<std::pair<std::string, std::string>> path_parameters;
};

/// An error becomes problem+json. Exceptions are caught once here, logged, and become 500.
using Handler = std::function<boost::asio::awaitable<Result<Reply>>(Request)>;

/// Maps method and path to handlers. Unknown path: 404; known path, other method: 405 with Allow. HEAD is served by
/// GET. A service builds one router; in one process the gateway calls it through the embedded Invoker.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  /// `pattern`: "/api/v1/tasks/{id}/complete". Literal segments win over parameters.
  void add(Method method, std::string_view pattern, Handler handler);
  boost::asio::awaitable<Reply> dispatch(Call call) const;
  /// "GET /api/v1/tasks/{id}" for each route: tests walk these, and compare them with schemas/openapi.yaml.
  std::vector<std::pair<Method, std::string>> routes() const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace daybook::http
