package dev.meshlog.infra.dag;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.dag.DagFile;
import dev.meshlog.ledger.dag.FileVertex;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A vertex, its lines to the parents, and what it says of leaders before it. */
final class VertexDrawing {
    /** Length of the piece of a line to a parent that is not drawn. */
    private static final int STUB = 26;

    private final SvgWriter svg;
    private final DagFile file;
    private final Layout layout;
    private final Marks marks;

    VertexDrawing(SvgWriter svg, DagFile file, Layout layout, Marks marks) {
        this.svg = svg;
        this.file = file;
        this.layout = layout;
        this.marks = marks;
    }

    void draw(FileVertex vertex) {
        VertexRef ref = vertex.ref();
        Layout.Point at = layout.find(ref);
        if (at == null) {
            return;
        }
        svg.open("g", "class", "v");
        lines(vertex, at);
        svg.open("g");
        svg.text("title", tooltip(vertex));
        box(at, style(vertex));
        String name = vertex.name().text();
        int middle = at.x() + layout.nodeWidth / 2;
        Long commit = marks.commit(ref);
        boolean second = commit != null || marks.isOrphan(ref);
        svg.label(middle, at.y() + (second ? -1 : 5), "vertex middle", name);
        if (second) {
            svg.label(middle, at.y() + 12, "index middle", commit == null ? "orphan" : "#" + commit);
        }
        int top = at.y() - Layout.NODE_HEIGHT / 2;
        if (marks.certified(ref) != null) {
            svg.empty("circle", "class", "certificate", "cx", at.x() + 2, "cy", top + 2, "r", 5);
        }
        if (marks.blames(ref)) {
            blame(svg, at.x() + 2, top + Layout.NODE_HEIGHT - 2);
        }
        svg.close().close();
    }

    static void blame(SvgWriter svg, int x, int y) {
        svg.empty("path", "class", "blame", "d", "M" + (x - 4) + " " + (y - 4) + "l8 8m0 -8l-8 8");
    }

    /** The vertices of round 0, which the file does not list. */
    void drawImplicit() {
        for (int i = 0; i < file.validatorNames().size(); i++) {
            Layout.Point at = layout.find(file.implicit(i));
            if (at != null) {
                box(at, "box implicit");
                svg.label(
                        at.x() + layout.nodeWidth / 2,
                        at.y() + 5,
                        "vertex faint middle",
                        file.vertexName(file.implicit(i)));
            }
        }
    }

    private void box(Layout.Point at, String style) {
        svg.box(at.x(), at.y() - Layout.NODE_HEIGHT / 2, layout.nodeWidth, Layout.NODE_HEIGHT, style);
    }

    private String style(FileVertex vertex) {
        VertexRef ref = vertex.ref();
        Long commit = marks.commit(ref);
        String fill = commit == null ? (marks.isOrphan(ref) ? "orphan" : "open") : "batch" + commit % Styles.BATCHES;
        if (marks.isBroken(ref)) {
            return "box broken " + fill;
        }
        long round = vertex.name().round();
        if (!ref.producer().equals(file.leader(round))) {
            return "box " + fill;
        }
        Marks.Slot slot = marks.slot(round);
        if (slot == null) {
            return "box leader undecided " + fill;
        }
        boolean other = slot.committed() != null && !slot.committed().equals(ref);
        return "box leader " + (other ? "skip" : slot.style()) + " " + fill;
    }

    private void lines(FileVertex vertex, Layout.Point at) {
        VertexRef vote = marks.vote(vertex.ref());
        var near = new StringBuilder();
        var far = new StringBuilder();
        for (VertexRef parent : vertex.parents()) {
            boolean adjacent = parent.round() == vertex.name().round() - 1;
            Layout.Point to = layout.find(parent);
            if (parent.equals(vote) || marks.isBroken(parent)) {
                Marks.Slot slot = marks.slot(parent.round());
                String style = slot == null ? "" : slot.style();
                svg.empty("path", "class", "vote " + style, "d", line(at, to, parent, adjacent));
            } else {
                (adjacent ? near : far).append(line(at, to, parent, adjacent));
            }
        }
        if (near.length() > 0) {
            svg.empty("path", "class", "line", "d", near);
        }
        if (far.length() > 0) {
            svg.empty("path", "class", "line far", "d", far);
        }
    }

    private String line(Layout.Point from, Layout.@Nullable Point to, VertexRef parent, boolean straight) {
        String start = "M" + from.x() + " " + from.y();
        if (to == null) {
            int lean = Integer.signum(layout.row(file.validator(parent.producer())) - from.y());
            return start + "l" + -STUB + " " + lean * STUB / 2;
        }
        int x = to.x() + layout.nodeWidth;
        if (straight) {
            return start + "L" + x + " " + to.y();
        }
        // Bent, so that it leaves its own row and does not run behind the vertices in between.
        int bend = Layout.ROW / 2;
        return start + "C" + (from.x() - 40) + " " + (from.y() - bend) + " " + (x + 40) + " " + (to.y() - bend) + " "
                + x + " " + to.y();
    }

    private String tooltip(FileVertex vertex) {
        VertexRef ref = vertex.ref();
        List<String> facts = new ArrayList<>();
        facts.add(vertex.name().text() + ", line " + vertex.line());
        facts.add("parents "
                + String.join(
                        " ", vertex.parents().stream().map(file::vertexName).toList()));
        VertexRef vote = marks.vote(ref);
        if (vote != null) {
            facts.add("votes for " + file.vertexName(vote));
        }
        if (marks.blames(ref)) {
            facts.add("blames the slot of round " + (ref.round() - 1));
        }
        VertexRef certified = marks.certified(ref);
        if (certified != null) {
            facts.add("certificate for " + file.vertexName(certified));
        }
        Long commit = marks.commit(ref);
        if (commit != null) {
            facts.add("in commit " + commit);
        } else {
            facts.add(marks.isOrphan(ref) ? "orphaned: below the GC floor" : "not committed");
        }
        return String.join("\n", facts);
    }
}
