"""What is going on behind the conversation: indexing, loading the model, or nothing."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from qa.text import one_line
from qa.types import Progress
from qa.wording import counted, time_left

ASK_NOW = "You can ask now; answers come from what is indexed so far."
ELSEWHERE = "Another process is indexing this folder; answers come from what is indexed so far."


class Status(Widget):
    """A line of words and, while indexing, a progress bar. Takes no room when idle."""

    words: reactive[str] = reactive("", layout=True)
    progress: reactive[Progress | None] = reactive(None, layout=True)
    answerable: reactive[bool] = reactive(False, layout=True)

    def say(self, words: str) -> None:
        """Show a line; none hides the widget."""
        self.words, self.progress = words, None
        self.display = bool(words)

    def show(self, progress: Progress, answerable: bool) -> None:
        """Show how far indexing has come."""
        self.progress, self.answerable = progress, answerable
        self.display = True

    def render(self) -> Content:
        """The lines."""
        progress = self.progress
        if progress is None:
            return Content.assemble((self.words, "$foreground-muted"))
        total = max(progress.documents_total, progress.documents_done)
        said = [
            f"Indexing: {progress.documents_done:,} of {counted(total, 'document')}",
            counted(progress.passages_done, "passage"),
            time_left(progress.seconds_left),
            one_line(progress.current),
        ]
        width = max(1, self.content_size.width)
        line = Content(" · ".join(part for part in said if part)).truncate(width, ellipsis=True)
        done = round(min(width, 60) * min(1.0, progress.share))
        bar = Content.assemble(
            ("━" * done, "$text-accent"), ("─" * (min(width, 60) - done), "$foreground-disabled")
        )
        lines = [line, bar]
        if self.answerable:
            lines.append(Content.assemble((ASK_NOW, "$foreground-muted")))
        return Content("\n").join(lines)
