"""One heap and one task for everything that happens later, and a few hands that do it."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable

Deed = Callable[[], Awaitable[None]]


class Schedule:
    def __init__(self, hands: int) -> None:
        self._heap: list[tuple[float, int, Deed]] = []
        self._order = itertools.count()
        self._ready: asyncio.Queue[Deed] = asyncio.Queue()
        self._woken = asyncio.Event()
        self._hands = hands
        self.busy = 0

    def after(self, seconds: float, deed: Deed) -> None:
        """Do it in so many real seconds."""
        due = asyncio.get_running_loop().time() + seconds
        heapq.heappush(self._heap, (due, next(self._order), deed))
        if self._heap[0][0] == due:
            self._woken.set()

    @property
    def pending(self) -> int:
        return len(self._heap) + self._ready.qsize() + self.busy

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self._hands):
                group.create_task(self._work())
            group.create_task(self._watch())

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._woken.clear()
            while self._heap and self._heap[0][0] <= loop.time():
                self._ready.put_nowait(heapq.heappop(self._heap)[2])
            wait = self._heap[0][0] - loop.time() if self._heap else None
            try:
                await asyncio.wait_for(self._woken.wait(), wait)
            except TimeoutError:
                continue

    async def _work(self) -> None:
        while True:
            deed = await self._ready.get()
            self.busy += 1
            try:
                await deed()
            finally:
                self.busy -= 1
