"""What the benchmark of felt times looks for in a page, as JavaScript.

The conditions are expressions: true as soon as a person would say that it is there.
"""

from __future__ import annotations

from typing import Final

WATCH: Final = """() => {
    window.shifts = [];
    const owner = node => {
        const at = node?.closest ? node : node?.parentElement;
        const named = at?.closest('[class*="st-key-"], [data-testid]');
        return named?.className?.match?.(/st-key-[\\w-]+/)?.[0] ?? named?.dataset?.testid ?? '?';
    };
    const moved = source => `${owner(source.node)} `
        + `${Math.round(source.previousRect.y)}>${Math.round(source.currentRect.y)}`;
    new PerformanceObserver(list => list.getEntries().forEach(entry => {
        if (!entry.hadRecentInput) window.shifts.push(
            {value: entry.value, at: entry.startTime, moved: entry.sources.map(moved)});
    })).observe({type: 'layout-shift', buffered: true});
}"""
"""Collects the page's layout shifts, with what moved, and from which height to which."""

FROM_EVENT: Final = """([event, conditions]) => {
    const waits = conditions.map(each => eval(`() => ${each}`));
    window.felt = new Promise(resolve => addEventListener(event, () => {
        const begun = performance.now();
        const taken = waits.map(() => null);
        const look = () => {
            waits.forEach((ended, place) => {
                if (taken[place] === null && ended()) taken[place] = performance.now() - begun;
            });
            taken.includes(null) ? requestAnimationFrame(look) : resolve(taken);
        };
        requestAnimationFrame(look);
    }, {capture: true, once: true}));
}"""
"""Sets ``window.felt``: milliseconds from the next such event until each condition was true."""

FROM_START: Final = """condition => {
    const ended = eval(`() => ${condition}`);
    return new Promise(resolve => {
        const look = () => ended() ? resolve(performance.now()) : requestAnimationFrame(look);
        look();
    });
}"""
"""Milliseconds from the start of the navigation until the condition was true."""

QUIET: Final = """
    document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')"""
SHOWS: Final = """[...document.querySelectorAll('h1, h2')].some(
    heading => heading.textContent.trim() === '%s' && heading.checkVisibility())"""
BOX_IS_OPEN: Final = """(() => {
    const box = document.querySelector('[data-testid=stChatInputTextArea]');
    return box && box.checkVisibility() && !box.disabled;
})()"""
FIRST_CHART: Final = "document.querySelector('.stPlotlyChart .main-svg') !== null"
ALL_CHARTS: Final = f"""{QUIET} && [...document.querySelectorAll('.stPlotlyChart')].every(
    (chart, place, all) => all.length && chart.querySelector('.main-svg'))
    && {FIRST_CHART} && {SHOWS % "Analytics"}"""
SESSION_IS_THERE: Final = f"""(turns => turns.length >= 10
    && turns.at(-1).textContent.includes('Question %d:')
    && turns.every(turn => turn.querySelector('.sp-answer') && turn.checkVisibility())
)([...document.querySelectorAll('[class*="st-key-turn-"]')]) && {BOX_IS_OPEN}"""
FIRST_WORDS: Final = """(() => {
    const messages = [...document.querySelectorAll(
        '[aria-label="Chat message from user"], [aria-label="Chat message from assistant"]')];
    const words = [...(messages[1]?.querySelectorAll(
        '.sp-answer, [data-testid=stMarkdownContainer]') ?? [])];
    return words.some(each => !each.closest('[data-testid=stCaptionContainer]')
        && /\\w/.test(each.innerText) && each.checkVisibility());
})()"""

WATCH_COLUMNS: Final = """() => {
    window.stamps = {};
    const look = () => {
        const now = performance.timeOrigin + performance.now();
        const last = [...document.querySelectorAll('[class*="st-key-message-"]')].at(-1);
        for (const cell of last?.querySelectorAll('[class*="st-key-cell-"]') ?? []) {
            const seen = window.stamps[cell.className.match(/st-key-cell-(\\w)-/)[1]] ??= [];
            const text = cell.querySelector('.sp-answer')?.textContent ?? '';
            for (const each of (text.match(/\\d{13}/g) ?? []).slice(seen.length))
                seen.push([Number(each), now]);
        }
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
"""Keeps, by seat, when each token of the last message was written and when it was first seen."""

COLUMNS_HAVE: Final = """([tokens, seats]) =>
    seats.every(seat => (window.stamps[seat] ?? []).length >= tokens)"""
NOTE_CLICK: Final = """() => addEventListener(
    'click', () => { window.clicked = Date.now(); }, {capture: true, once: true})"""
COLUMN: Final = "[class*='st-key-cell-%s-']"
COLUMN_IS_STOPPED: Final = """document.querySelector('[class*="st-key-cell-%s-"]')
    ?.textContent.includes('Stopped by you.')"""
COLUMNS_SHOWN: Final = "document.querySelectorAll('[class*=\"st-key-cell-\"]').length === %d"
DIFFERENCE_IS_THERE: Final = "document.querySelector('.sp-difference') !== null"
