package dev.meshlog.infra.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.dag.DagFile;
import dev.meshlog.ledger.dag.SafetyViolationException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A DAG as SVG: rounds from left to right, a row for each validator, lines to the parents. Meaning is never carried by a colour alone: a
 * decision is also a word, a direct one also a solid line, a commit also a number. The same file gives the same bytes.
 */
public final class DagDrawing {
    private final String title;
    private final DagFile file;
    private final @Nullable SafetyViolationException violation;

    private DagDrawing(String title, DagFile file, @Nullable SafetyViolationException violation) {
        this.title = title;
        this.file = file;
        this.violation = violation;
    }

    public static DagDrawing decided(String title, DagFile file) {
        return new DagDrawing(title, file, null);
    }

    /** Without decisions: nothing that follows from a broken assumption is shown. */
    public static DagDrawing broken(String title, DagFile file, SafetyViolationException violation) {
        return new DagDrawing(title, file, violation);
    }

    /** @param asked those above the highest round are left out */
    public String svg(RoundRange asked) throws SafetyViolationException {
        var layout = new Layout(file, asked);
        Marks marks = violation == null ? Marks.decided(file, layout.rounds) : Marks.broken(violation);
        Legend legend = new Legend(layout);
        var svg = new SvgWriter(layout.width, legend.bottom());
        svg.text("title", title);
        svg.text("style", Styles.CSS);
        svg.empty("rect", "class", "paper", "width", layout.width, "height", legend.bottom());
        svg.label(20, 28, "heading", title)
                .label(20, 48, violation == null ? "small" : "alarm", subtitle(layout, marks));
        rows(svg, layout);
        for (long round = layout.rounds.first(); round <= layout.rounds.last(); round++) {
            header(svg, layout, marks, round);
        }
        var vertices = new VertexDrawing(svg, file, layout, marks);
        // Lines go to the left: drawn from the right, they lie behind the vertices that they pass.
        for (long round = layout.rounds.last(); round >= layout.rounds.first(); round--) {
            layout.verticesFromTheRight(round).forEach(vertices::draw);
            if (round == 0) {
                vertices.drawImplicit();
            }
        }
        legend.draw(svg);
        return svg.finish();
    }

    private String subtitle(Layout layout, Marks marks) {
        String size = file.validatorNames().size() + " validators, quorum "
                + file.validators().quorumWeight() + " of " + file.validators().totalWeight() + "; rounds "
                + layout.rounds.first() + "\u2013" + layout.rounds.last() + " of " + file.highestRound();
        if (violation != null) {
            return size + ". BROKEN: " + file.vertexName(violation.first()) + " and "
                    + file.vertexName(violation.second())
                    + " are both certified in one leader slot; nothing is decided";
        }
        int commits = 0;
        int skips = 0;
        int undecided = 0;
        for (long round = layout.rounds.first(); round <= layout.rounds.last(); round++) {
            Marks.Slot slot = marks.slot(round);
            if (slot != null) {
                commits += slot.style().startsWith("commit") ? 1 : 0;
                skips += slot.style().startsWith("skip") ? 1 : 0;
                undecided += slot.style().equals("undecided") ? 1 : 0;
            }
        }
        return size + "; leaders: " + commits + " committed, " + skips + " skipped, " + undecided + " undecided";
    }

    private void rows(SvgWriter svg, Layout layout) {
        boolean weighted =
                file.validators().totalWeight() != file.validatorNames().size();
        List<String> names = file.validatorNames();
        for (int i = 0; i < names.size(); i++) {
            int middle = layout.row(i);
            if (i % 2 == 0) {
                svg.empty(
                        "rect",
                        "class",
                        "stripe",
                        "y",
                        middle - Layout.ROW / 2,
                        "width",
                        layout.width,
                        "height",
                        Layout.ROW);
            }
            svg.label(20, middle + 5, "name", names.get(i));
            if (weighted) {
                svg.label(20, middle + 19, "small", "weight " + file.weight(i));
            }
        }
    }

    private void header(SvgWriter svg, Layout layout, Marks marks, long round) {
        int middle = layout.column(round) + layout.columnWidth(round) / 2;
        svg.label(middle, Layout.HEADER_TOP + 14, "round middle", "round " + round);
        if (round == 0) {
            return;
        }
        svg.label(middle, Layout.HEADER_TOP + 30, "small middle", "leader " + file.leaderName(round));
        Marks.Slot slot = marks.slot(round);
        if (slot != null) {
            svg.open("g");
            svg.text("title", slot.why());
            svg.box(
                    middle - Layout.CHIP_WIDTH / 2,
                    Layout.HEADER_TOP + 37,
                    Layout.CHIP_WIDTH,
                    31,
                    "chip " + slot.style());
            svg.label(middle, Layout.HEADER_TOP + 50, "word middle", slot.decision());
            svg.label(middle, Layout.HEADER_TOP + 63, "word middle", slot.how());
            svg.close();
        }
        absentLeader(svg, layout, round, middle);
    }

    private void absentLeader(SvgWriter svg, Layout layout, long round, int middle) {
        Hash leader = file.leader(round);
        if (layout.vertices(round).stream()
                .anyMatch(vertex -> vertex.ref().producer().equals(leader))) {
            return;
        }
        int row = layout.row(file.validator(leader));
        int height = Layout.NODE_HEIGHT;
        svg.box(middle - layout.nodeWidth / 2, row - height / 2, layout.nodeWidth, height, "absent");
        svg.label(middle, row + 4, "small middle", "none");
    }
}
