package dev.meshlog.infra.dag;

import java.util.List;

/** What the signs mean, below the drawing. */
final class Legend {
    private static final int COLUMN = 290;
    /** Together no wider than a screen, however many rounds there are. */
    private static final int MAX_COLUMNS = 5;

    private static final int LINE = 30;
    private static final int SAMPLE = 44;
    private static final int TOP_MARGIN = 24;

    private static final List<Sign> SIGNS = List.of(
            new Sign("leader commit open", "leader, committed directly"),
            new Sign("leader commit indirect open", "leader, committed indirectly"),
            new Sign("leader skip open", "leader, skipped directly"),
            new Sign("leader skip indirect open", "leader, skipped indirectly"),
            new Sign("leader undecided open", "leader, undecided"),
            new Sign("absent", "the leader has no vertex"),
            new Sign("batch1", "fill and #N: the commit that orders it"),
            new Sign("open", "not committed yet"),
            new Sign("orphan", "orphaned: below the GC floor"),
            new Sign("line", "parent one round before"),
            new Sign("line far", "parent of an earlier round"),
            new Sign("vote commit", "vote: the parent is the leader's"),
            new Sign("certificate", "certificate for the leader two rounds before"),
            new Sign("blame", "blame: no parent in the leader slot before"),
            new Sign("broken", "two certified vertices in one slot"));

    private final int top;
    private final int perLine;

    private record Sign(String style, String meaning) {}

    Legend(Layout layout) {
        this.top = layout.bottom + TOP_MARGIN;
        this.perLine = Math.min(MAX_COLUMNS, (layout.width - 20) / COLUMN);
    }

    int bottom() {
        return top + (SIGNS.size() + perLine - 1) / perLine * LINE + 12;
    }

    void draw(SvgWriter svg) {
        int lines = (SIGNS.size() + perLine - 1) / perLine;
        for (int i = 0; i < SIGNS.size(); i++) {
            int x = 20 + i / lines * COLUMN;
            int y = top + i % lines * LINE;
            Sign sign = SIGNS.get(i);
            sample(svg, x, y, sign.style());
            svg.label(x + SAMPLE + 10, y + 14, "small", sign.meaning());
        }
    }

    private static void sample(SvgWriter svg, int x, int y, String style) {
        int middle = y + 10;
        if (style.startsWith("line") || style.startsWith("vote")) {
            svg.empty("path", "class", style, "d", "M" + x + " " + middle + "h" + SAMPLE);
        } else if (style.equals("certificate")) {
            svg.empty("circle", "class", style, "cx", x + SAMPLE / 2, "cy", middle, "r", 5);
        } else if (style.equals("blame")) {
            VertexDrawing.blame(svg, x + SAMPLE / 2, middle);
        } else {
            svg.box(x, y, SAMPLE, 20, style.equals("absent") ? style : "box " + style);
        }
    }
}
