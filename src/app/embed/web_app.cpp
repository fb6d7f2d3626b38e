#include "app/embed/web_app.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/embed/embedded_files.hpp"
#include "core/hash.hpp"

namespace daybook::app {
namespace {

constexpr std::string_view kNotBuilt =
    "<!doctype html><meta charset=utf-8><title>Daybook</title>"
    "<body style='font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem'>"
    "<h1>Daybook is running</h1><p>This program was built without the web app. Build both with "
    "<code>scripts/run</code>, or build the app with <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code> "
    "and serve it with <code>daybook serve --web web/dist</code>.</p>"
    "<p>The interface is described at <a href=/api/openapi.yaml>/api/openapi.yaml</a>.</p>";

std::string_view content_type(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".map", "application/json"},
      {".webp", "image/webp"},
      {".wasm", "application/wasm"},
  }};
  for (const auto& [ending, type] : kTypes)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

bool belongs_to_services(std::string_view path) {
  for (auto prefix : {"/api", "/health", "/readiness", "/metrics", "/.well-known", "/internal", "/test"})
    if (path == prefix || (path.starts_with(prefix) && path[std::string_view(prefix).size()] == '/')) return true;
  return false;
}

/// Whether a comma-separated field names `token`, and does not refuse it by q=0.
bool accepts(std::string_view field, std::string_view token) {
  while (!field.empty()) {
    const auto comma = std::min(field.find(','), field.size());
    auto item = field.substr(0, comma);
    field.remove_prefix(std::min(comma + 1, field.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    const auto name = item.substr(0, item.find_first_of("; "));
    if (name == token) return item.find("q=0") == item.npos || item.find("q=0.") != item.npos;
  }
  return false;
}

/// What keeps a script from elsewhere out of the page.
void add_security_headers(Reply& reply) {
  reply.headers.set(
      "Content-Security-Policy",
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: "
      "wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
  reply.headers.set("X-Content-Type-Options", "nosniff");
  reply.headers.set("Referrer-Policy", "same-origin");
}

}  // namespace

WebApp WebApp::embedded() {
  return WebApp([](const std::string& path) -> std::optional<std::string> {
    const auto found = embedded_files().find(path);
    if (found == embedded_files().end()) return std::nullopt;
    return std::string(found->second);
  });
}

WebApp WebApp::from_folder(std::string folder) {
  return WebApp(
      [folder = std::move(folder)](const std::string& path) -> std::optional<std::string> {
        std::error_code failure;
        if (!std::filesystem::is_regular_file(folder + path, failure)) return std::nullopt;
        std::ifstream in(folder + path, std::ios::binary);
        if (!in) return std::nullopt;
        return std::string(std::istreambuf_iterator<char>(in), {});
      },
      true);
}

const WebApp::File* WebApp::find(const std::string& path) {
  if (const auto cached = cache_.find(path); cached != cache_.end() && !may_change_)
    return cached->second ? &*cached->second : nullptr;
  // Only names that exist are kept: a stranger asking for many others must not fill the memory.
  auto bytes = source_(path);
  if (!bytes) return nullptr;
  File file;
  file.etag = '"' + to_hex(sha256(*bytes)).substr(0, 24) + '"';
  file.bytes = std::make_shared<const std::string>(std::move(*bytes));
  auto& kept = cache_[path];
  kept = std::move(file);
  return &*kept;
}

std::optional<Reply> WebApp::reply(const Call& call) {
  if (call.method != Method::get && call.method != Method::head) return std::nullopt;
  if (belongs_to_services(call.path)) return std::nullopt;

  std::string path = call.path;
  // Names of files need no percent-encoding; whatever else is asked for is a page of the app's own routing.
  const bool plain = path.find("..") == path.npos && path.find('%') == path.npos && !path.starts_with("/schemas/");
  if (path == "/" || !plain || !find(path)) {
    const auto slash = path.rfind('/');
    if (plain && path != "/" && path.find('.', slash) != path.npos) {
      Reply missing(404, "There is no such file.\n", "text/plain; charset=utf-8");
      return missing;
    }
    path = "/index.html";
  }

  const File* file = find(path);
  if (!file) {
    Reply page(200, std::string(kNotBuilt), "text/html; charset=utf-8");
    add_security_headers(page);
    return page;
  }
  Reply reply(200);
  reply.content_type = content_type(path);
  // A compressed form has an ETag of its own: it is another representation.
  std::string_view encoding;
  const auto accepted = call.headers.get("Accept-Encoding");
  for (auto [token, ending] : {std::pair{"br", ".br"}, std::pair{"gzip", ".gz"}}) {
    if (!accepts(accepted, token)) continue;
    if (const File* packed = find(path + ending)) {
      file = packed;
      encoding = token;
      break;
    }
  }
  reply.headers.set("ETag", file->etag);
  reply.headers.set("Vary", "Accept-Encoding");
  reply.headers.set("Cache-Control", path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  add_security_headers(reply);
  if (!encoding.empty()) reply.headers.set("Content-Encoding", std::string(encoding));
  if (call.headers.get("If-None-Match").find(file->etag) != std::string_view::npos) {
    reply.status = 304;
    return reply;
  }
  reply.shared_body = file->bytes;
  return reply;
}

}  // namespace daybook::app
