"""LaTeX, Org and reStructuredText; pandoc made the files in `fixtures/` (`make.sh` there)."""

from pathlib import Path

import pytest
from test_formats_office import BUILT, ROW, SUNK, cite, read

from qa.citations import place
from qa.documents import load_file
from qa.errors import DocumentError
from qa.formats import extract
from qa.types import Document

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = ("tidal.tex", "tidal.org", "tidal.rst")
SAID = (
    BUILT, SUNK, "Nobody was hurt — so they say.", "The highest tide was 13.5 metres.",
    "The lowest tide was 0.4 metres.", "City: Dinan; Inhabitants: 14,222; Founded: 1065", ROW,
)  # fmt: skip


def lines_of(document: Document, words: str) -> str:
    """The place of a citation, without the name of the file."""
    return place(cite(document, words)).removeprefix(document.path + ":")


@pytest.mark.parametrize("name", NAMES)
def test_what_another_program_wrote_is_cited_at_its_lines(name: str) -> None:
    document = load_file(FIXTURES / name, name)
    source = (FIXTURES / name).read_text().split("\n")
    for words in SAID:
        first = int(lines_of(document, words).split("-")[0])
        key = "Cancale" if words == ROW else "Dinan" if "Dinan" in words else words[:11]
        assert key in source[first - 1] or key in source[first], (words, first)
    assert "monks\ncame from Redon." in document.text or "monks came from Redon." in document.text
    assert (document.title, document.metadata["author"]) == ("Tidal report", "Ines Moreau")
    headings = [(one.level - document.headings[1].level, one.text) for one in document.headings]
    assert headings[1:] == [(0, "The harbour"), (1, "Tides"), (0, "The boats")]
    for mark in ("\\", "{", "hypertarget", "PROPERTIES", "CUSTOM_ID", "#+", "..", "===", "|"):
        assert mark not in document.text


LATEX = r"""\documentclass[a4paper]{article}
\newcommand{\mill}[1]{the mill of #1}
\title{The Tidal \emph{Mill}} \author{Anna Meier \and Bob}
\date{\today}
% \begin{document} not yet
\begin{document}
\maketitle

\section[Short]{History \& more}\label{s}
The mill was built in \emph{1654}~\cite[p.~3]{x} by the ``guild'' of Z\"urich. % hidden 10\%
It cost \$300 --- a lot; see Figure~\ref{f}.\footnote{A note of 5\,\%: Gar\c{c}on na\"{\i}ve,
\v{C}apek and caf\'e.}
It goes on.

\begin{itemize}
\item one wheel
\item[b)] two wheels
\end{itemize}
\begin{table}[ht]\centering
\begin{tabular}{l|r} \hline City & Inhabitants \\ \hline
Thun & 44\,000 \\
\multicolumn{1}{l}{Bern} & 134\,000 \\ \end{tabular}
\caption{Inhabitants of the towns.}
\end{table}
The energy is $E=mc^2$ with $\alpha \le \frac{1}{2}$; \href{http://x}{the link}, \LaTeX.
\begin{verbatim}
$ make % all
\end{verbatim}
\begin{comment} hidden too \end{comment}
\end{document}
hidden behind the end
"""


def test_latex_is_read_as_it_would_be_printed() -> None:
    document = read(LATEX.encode(), "mill.tex")
    for words, line in (
        ("History & more", "9"),
        ("The mill was built in 1654 by the “guild” of Zürich.", "10"),
        ("It cost $300 — a lot; see Figure.\nIt goes on.", "11-13"),
        ("A note of 5 %: Garçon naïve,\nČapek and café.", "11-12"),
        ("one wheel", "16"),
        ("b) two wheels", "17"),
        ("City: Thun; Inhabitants: 44 000", "21"),
        ("City: Bern; Inhabitants: 134 000", "22"),
        ("Inhabitants of the towns.", "23"),
        ("The energy is E=mc^2 with α≤1/2; the link, LaTeX.", "25"),
        ("$ make % all", "27"),
    ):
        assert lines_of(document, words) == line, words
    assert "hidden" not in document.text and "#1" not in document.text
    assert document.metadata == {"author": "Anna Meier, Bob"}


ORG = """#+TITLE: The mill
#+OPTIONS: toc:nil
# hidden
* DONE [#A] History :old:
:LOGBOOK:
- hidden
:END:
Built in *1654* by the /guild/ of [[https://x.org/_a_][Zürich]][fn:1], for 3--4 masons.
It has =two *wheels*=.
#+BEGIN_COMMENT
hidden
#+END_COMMENT
#+begin_src sh
make *all*
#+end_src
"""
RST = """.. hidden
   hidden too

======
 Mill
======

History
=======

.. image:: hidden.png
   :alt: hidden

Built in **1654** by the *guild* of `Zürich <hidden>`_ [#a]_; see :ref:`wheels <hidden>`.
Call :func:`~mill.grind` with ``a*b`` or snake_case_name, in C:\\\\x::

    $ make *all*

.. warning:: Keep it
   dry.

   It rots.

.. code-block:: python
   :linenos:

   grind(3)

+-------+-------+
| Item  | Price |
+=======+=======+
| Flour | 12    |
| fine  |       |
+-------+-------+

- one item
  goes on

  and on

.. [#a] A note.
.. |hidden| replace:: hidden
.. _hidden: http://hidden
"""


def test_org_is_read_without_its_marks() -> None:
    document = read(ORG.encode(), "mill.org")
    for words, line in (
        ("History", "4"),
        ("Built in 1654 by the guild of Zürich, for 3–4 masons.\nIt has two *wheels*.", "8-9"),
        ("make *all*", "14"),
    ):
        assert lines_of(document, words) == line, words
    assert "hidden" not in document.text


def test_restructured_text_is_read_without_its_marks() -> None:
    document = read(RST.encode(), "mill.rst")
    for words, line in (
        ("History", "8"),
        ("Built in 1654 by the guild of Zürich; see wheels.", "14"),
        ("Call mill.grind with a*b or snake_case_name, in C:\\x:", "15"),
        ("$ make *all*", "17"),
        ("Keep it\ndry.", "19-20"),
        ("It rots.", "22"),
        ("grind(3)", "27"),
        ("Item: Flour fine; Price: 12", "32"),
        ("one item\ngoes on", "36-37"),
        ("and on", "39"),
        ("A note.", "41"),
    ):
        assert lines_of(document, words) == line, words
    assert "hidden" not in document.text
    assert [(one.level, one.text) for one in document.headings] == [(1, "Mill"), (2, "History")]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.tex", r"\section{" * 20_000),
        ("a.tex", r"\footnote{a" * 20_000 + "}" * 20_000),
        ("a.tex", r"\begin{tabular}{l}" + "&" * 100_000 + r"\end{tabular}"),
        ("a.tex", r"\foo[" * 40_000 + "x"),
        ("a.tex", r"{\bf x " * 40_000),
        ("a.org", "*" * 100_000 + " x\n" + "[[" * 50_000 + "x"),
        ("a.org", "#+begin_src\n" * 30_000 + "x"),
        ("a.rst", "\n".join(" " * n + "- x" for n in range(600))),
        ("a.rst", ".. note:: " * 1 + "x\n\n" + "`" * 100_000),
        ("a.rst", "x\n" + "=" * 100_000 + "\n" + "| a " * 30_000),
        ("a.rst", ".. note::\n\n" + "\n".join(" " * n + ".. note:: x" for n in range(600))),
    ],
)
@pytest.mark.timeout(20)
def test_what_is_written_to_take_long_does_not(name: str, source: str) -> None:
    try:
        assert extract(source.encode(), name).text
    except DocumentError as error:
        assert "text" in str(error)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("see https://example.org/docs/ now", None),
        ("[[https://x.y/z/]]", "https://x.y/z/"),
        ("path=/usr/bin/ and /b/c/d.txt /e/f", None),
        ("snake_case_name a+b+c 2*3*4", None),
        ("(*bold* /it/), =x*y*z= ~a_b_~.", "(bold it), x*y*z a_b_."),
        (":wq:\ntext", None),
        ("#+begin_comment\ntext", "text"),
    ],
)
def test_only_marks_of_org_are_taken_for_marks(line: str, told: str | None) -> None:
    assert extract(f"{line}\n".encode(), "a.org").text == (told or line)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (r"``C:\path\new`` and ``\d+`` of ``coef_``", r"C:\path\new and \d+ of coef_"),
        ("A ``std::`` here", "A std:: here"),
        (".. note::\n   :func:`foo` is deprecated.\n   Really.", "foo is deprecated.\nReally."),
        (".. math:: E = mc^2", "E = mc^2"),
        ("..\n\n   block", "block"),
        (".. deprecated:: 3.2\n   Use x.", "Deprecated since version 3.2:\nUse x."),
        (".. figure:: a.png\n\n   Words of it.", "Words of it."),
        (".. csv-table:: Mills\n   :header: City, Built\n\n   Thun, 1654",
         "Mills\n\nCity; Built\n\nCity: Thun; Built: 1654"),
        (".. list-table::\n\n   * - City\n     - Built\n   * - Thun\n     - 1654",
         "City; Built\n\nCity: Thun; Built: 1654"),
        ("as shown by\nA. Einstein in 1905", "as shown by\nA. Einstein in 1905"),
        ("it is 7\n- 3 = 4", "it is 7\n- 3 = 4"),
        ("(c) 2020 Acme", "(c) 2020 Acme"),
        ("1. one\n   goes on\n2. two", "1. one\ngoes on\n\n2. two"),
        ("- a\n- b\n\n  - c", "a\n\nb\n\nc"),
        ("*one\ntwo* and ``three\nfour``", "one\ntwo and three\nfour"),
        ("`the\npage <https://x.y>`_ of\n10\\ :sup:`6`", "the\npage of\n10^6"),
        ("**10**\\ :sup:`6`, ``10``\\ :sup:`6`, *10*\\ :sup:`6`", "10^6, 10^6, 10^6"),
        ("SO\\ :sub:`4`\\ :sup:`2−`", "SO4^(2−)"),
        (":math:`\\frac{a}{b}` it is", r"\frac{a}{b} it is"),
        ("=====  ====\n名前   Born\n=====  ====\n田中   1952\nBo     7\n=====  ====",
         "名前; Born\n\n名前: 田中; Born: 1952\n\n名前: Bo; Born: 7"),
        ("+----+----+\n| over all|\n+----+----+\n| a  | b  |\n+----+----+", "over all\n\na; b"),
        ("====  ====\n over both\n----------\na     b\n\nc     d\n====  ====\n\nText.",
         "over both\n\na; b\n\nc; d\n\nText."),
    ],
)  # fmt: skip
def test_restructured_text_says_what_a_reader_would_see(source: str, told: str) -> None:
    assert extract(f"{source}\n".encode(), "a.rst").text == told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (r"\url{http://x.y/a%20b~c} for two years", "http://x.y/a%20b~c for two years"),
        ("\\href{http://x.y/a%20b}{The page} is here", "The page is here"),
        ("one \\\\% hidden\ntwo", "one\ntwo"),
        ("\\begin{tabular}{l}\\hline\n{\\bf Foo} & 3 \\\\[2pt] \\cmidrule(lr){1-2} Bar & 4"
         "\\end{tabular}", "Foo; 3\n\nBar; 4"),
        (r"\newcommand{\product}{Acme 3000}The \product{} costs 5", "The Acme 3000 costs 5"),
        (r"\SI{5}{\kilo\gram}, 20 \si{\celsius}, \SIrange{1}{2}{\metre}", "5 kg, 20 °C, 1–2 m"),
        (r"as said \cite{x} [our emphasis]", "as said [our emphasis]"),
        (r"\begin{quote}[He] said\end{quote}", "[He] said"),
        (r"\begin{theorem}[Pythagoras] It holds.\end{theorem}", "[Pythagoras] It holds."),
        ("\\begin{verbatim}x = 1\\end{verbatim}", "x = 1"),
        (r"\item[\textbf{Warranty}] two years", "Warranty two years"),
        (r"\begin{minipage}{0.5\textwidth}Words\end{minipage}", "Words"),
        (r"\setlength\parindent{0pt}Words", "Words"),
        (r"a\hspace{1cm}b\linebreak c", "a b c"),
        (r"$x^{n+1} = \frac{a+b}{c} \geqslant \frac{\alpha}{2}$",
         r"x^(n+1) = (a+b)/c \geqslant (α)/2"),
        (r"\texttt{--help} -- it", "--help – it"),
        ("\\begin{figure}[htb\n]Words\\end{figure}", "Words"),
        ("\\bibitem[A]{a} First.\n\\bibitem{b} Second.", "First.\n\nSecond."),
        ("a % {\n{b}", "a\nb"),
        (r"10\textsuperscript{-3} of H\textsubscript{2}O", "10^(-3) of H2O"),
        (r"about $\frac12$ of it", "about 1/2 of it"),
        (r"$\frac1{20}$ and $5\frac12$ and $\frac123$", "1/20 and 5 1/2 and 1/2 3"),
        (r"10\textsuperscript 6 and 5$\frac{1}{2}$ of it", "10^6 and 5 1/2 of it"),
        (r"\section{\texorpdfstring{10\textsuperscript{6} mills}{106 mills}} Words",
         "10^6 mills\n\nWords"),
        ("\\begin{tabular}{lll}City & Born & Dead \\\\ \\multicolumn{2}{c}{Thun} & 3 \\\\ B & 1 & 2"
         "\\end{tabular}",
         "City; Born; Dead\n\nCity: Thun; Dead: 3\n\nCity: B; Born: 1; Dead: 2"),
    ],
)  # fmt: skip
def test_latex_says_what_a_reader_would_see(source: str, told: str) -> None:
    assert extract(source.encode(), "a.tex").text == told
