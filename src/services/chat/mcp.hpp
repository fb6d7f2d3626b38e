#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/call.hpp"
#include "services/chat/service.hpp"

namespace daybook::chat {

/// The Model Context Protocol over streamable HTTP: the tools of tools.hpp for somebody else's agent, with the rights
/// of the token that it brings. Stateless, so that any replica answers: no session ids, no stream of the server's own.
/// `call` holds one JSON-RPC 2.0 message, or (as in 2025-03-26) an array of them. Answers 200 with the responses, 202
/// where none is due, 400 for what is no such message or names a version of the protocol that is not spoken.
boost::asio::awaitable<Reply> answer_mcp(Service& service, runtime::Caller caller, Call call);

}  // namespace daybook::chat
