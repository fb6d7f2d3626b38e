#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "http/client.hpp"
#include "runtime/secrets.hpp"
#include "services/chat/assistant.hpp"

namespace daybook::chat {

/// An OpenAI-compatible server.
struct LlmOptions {
  std::string url;  ///< "http://127.0.0.1:11434/v1": /chat/completions is below it.
  std::string model;
  std::string key_secret;  ///< Name of the secret that is the bearer token; empty for a server that wants none.
  runtime::Secrets* secrets = nullptr;         ///< Has it; read for each question, so that a new value is found.
  std::chrono::milliseconds deadline{10'000};  ///< For all tries together.
  int tries = 2;
  int max_tokens = 1024;         ///< Of the answer.
  std::size_t known_tasks = 50;  ///< How many tasks are told to the model: the budget of the question, with the next.
  std::size_t max_text_bytes = 8000;  ///< Longer texts are left to `fallback`.
};

/// The optional second engine: a language model that calls the tools of tools.hpp. When it fails, is slow, or answers
/// with what is no valid call, or its key is not to be had, `fallback` reads the sentence instead. What people wrote
/// goes to it as data; it acts through the executor alone, with the person's own rights. Errors: misconfigured when the
/// URL is none.
Result<std::unique_ptr<Assistant>> make_llm_assistant(boost::asio::any_io_executor executor, LlmOptions options,
                                                      Assistant& fallback);

}  // namespace daybook::chat
