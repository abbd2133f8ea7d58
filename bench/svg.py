"""Draws the picture for the README: two bars for each row, crik's and the other's, and the goal as a mark.

The longer bar of a row has the full width."""
from xml.sax.saxutils import escape

LABEL, BAR, VALUE, LINE, TOP = 330, 300, 230, 44, 66
STYLE = '''text { font: 13px system-ui, sans-serif; fill: #24292f } .small { font-size: 11px; fill: #57606a } .title { font-size: 16px; font-weight: 600 }
.crik { fill: #0969da } .other { fill: #afb8c1 } .goal { stroke: #cf222e; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .small { fill: #8b949e } .crik { fill: #4493f8 } .other { fill: #484f58 } .goal { stroke: #f85149 } }'''


def bar(y, length, kind):
    return f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{max(length, 1):.1f}" height="13" rx="2"/>'


def text(x, y, content, kind='', anchor='start'):
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


def row_picture(row, y, pairs):
    ours, theirs = row.middle(row.crik), row.middle(row.other)
    longest = max(ours, theirs, row.most or 0) or 1
    parts = [text(LABEL - 12, y + 18, row.name, anchor='end'),
             bar(y, BAR * ours / longest, 'crik'), bar(y + 15, BAR * theirs / longest, 'other'),
             text(LABEL + BAR + 12, y + 11, f'crik {row.with_spread(row.crik, pairs)}', 'small'),
             text(LABEL + BAR + 12, y + 26, f'{row.against} {row.with_spread(row.other, pairs)}', 'small')]
    if row.most:
        x = LABEL + BAR * row.most / longest
        parts.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + 31}"/>')
    return parts


def picture(rows, facts):
    width, height = LABEL + BAR + VALUE, TOP + LINE * len(rows) + 10
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
             f'<title>What crik costs, beside tini and criu</title><style>{STYLE}</style>',
             text(16, 24, 'What crik costs', 'title'),
             text(16, 44, f'medians of {facts["rounds"]} pairs (n: of so many), quartiles in brackets; {facts["cores"]} cores, kernel {facts["kernel"]}; red: the goal', 'small')]
    for number, row in enumerate(rows):
        parts += row_picture(row, TOP + LINE * number, facts["rounds"])
    return '\n'.join([*parts, '</svg>']) + '\n'
