"""The child of `dbt_process`: reads the dbt project, waits for one command, runs it, says what each node did.

Standard input is the command, a JSON list in one line; standard output is one JSON object a line. What else
is printed goes to standard error.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import sys
import threading
from typing import Any

from orchestration.lib.dbt_process import node_message, result_message
from orchestration.lib.dbt_runner import DbtResult, invoke_dbt
from orchestration.lib.settings import Settings


def main() -> None:
    """Runs one command; ends at once, without finishing it, when the parent is gone."""
    # What dbt or a plug-in prints must not get between the messages.
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def send(message: dict[str, Any]) -> None:
        messages.write(json.dumps(message) + "\n")
        messages.flush()

    commands: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands,), daemon=True).start()
    settings = Settings.from_env()
    parsed, manifest = invoke_dbt(settings, ["parse", "--no-write-json"])
    # The parsed project never becomes garbage; looking through it again and again is a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    command = commands.get()
    if parsed.success:
        result = invoke_dbt(settings, command, lambda node: send(node_message(node)), manifest)[0]
    else:
        result = DbtResult(False, (), parsed.error)
    send(result_message(result))


def _listen(commands: queue.SimpleQueue[list[str]]) -> None:
    """Hands on the command; when the pipe ends, the parent is gone or does not want the result any more."""
    for line in sys.stdin:
        commands.put(json.loads(line))
    os._exit(1)


if __name__ == "__main__":
    main()
