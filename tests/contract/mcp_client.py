"""mcp_client.py URL TOKEN: uses Daybook's tools through the official MCP client, as somebody's agent would."""

import asyncio
import sys

from mcp import Client, ClientSession
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client


async def use(session):
    assert len((await session.list_tools()).tools) <= 15
    made = await session.call_tool("create_task", {"title": "Buy figs", "due": "2030-01-02"})
    assert not made.is_error, made
    task = made.structured_content["tasks"][0]
    assert task["title"] == "Buy figs" and task["dueDate"] == "2030-01-02", task
    done = await session.call_tool("complete_tasks", {"ids": [task["id"]]})
    assert "Completed" in done.content[0].text, done
    wrong = await session.call_tool("create_task", {"titel": "x"})
    assert wrong.is_error and "/titel" in wrong.content[0].text, wrong
    undone = await session.call_tool("undo", {"count": 2})
    assert undone.content[0].text.startswith("Undone"), undone


async def main(url, token):
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {token}"}) as http:
        # With the handshake of 2025-11-25, and as the client itself would begin.
        async with streamable_http_client(url + "/api/v1/mcp", http_client=http) as (read, write, *_):
            async with ClientSession(read, write) as session:
                assert (await session.initialize()).protocol_version == "2025-11-25"
                await use(session)
        async with Client(streamable_http_client(url + "/api/v1/mcp", http_client=http)) as client:
            await use(client)


asyncio.run(main(*sys.argv[1:]))
