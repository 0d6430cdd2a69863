package dev.meshlog.infra.dag;

/** How things look. Colours after Okabe and Ito's palette, which people with any kind of colour vision can tell apart. */
final class Styles {
    /** Fills that commits take by turns; the number in the vertex tells those with the same fill apart. */
    static final int BATCHES = 6;

    static final String CSS = """

            text{font-family:Verdana,"DejaVu Sans",sans-serif;fill:#222}
            .paper{fill:#fff}
            .stripe{fill:#f5f6f8}
            .heading{font-size:17px;font-weight:bold}
            .small{font-size:11px;fill:#555}
            .alarm{font-size:12px;font-weight:bold;fill:#a3005c}
            .name{font-size:15px;font-weight:bold}
            .round{font-size:12px;font-weight:bold}
            .vertex{font-size:12px}
            .index{font-size:10px;fill:#444}
            .faint{fill:#888}
            .middle{text-anchor:middle}
            .word{font-size:10px;font-weight:bold;fill:#fff}
            .chip{stroke:none}
            .chip.commit{fill:#0072b2}
            .chip.skip{fill:#b34700}
            .chip.undecided{fill:#666}
            .box{stroke:#777;stroke-width:1;fill:#fff}
            .box.implicit{stroke:#ccc}
            .leader{stroke-width:4}
            .leader.commit{stroke:#0072b2}
            .leader.skip{stroke:#d55e00}
            .leader.undecided{stroke:#444;stroke-dasharray:2 3}
            .leader.indirect{stroke-dasharray:9 4}
            .broken{stroke:#a3005c;stroke-width:6}
            .absent{fill:none;stroke:#d55e00;stroke-width:2;stroke-dasharray:2 4}
            .batch1{fill:#cfe6f7}
            .batch2{fill:#fbe3ae}
            .batch3{fill:#cdebd8}
            .batch4{fill:#f6d5e5}
            .batch5{fill:#dcd6f2}
            .batch0{fill:#e3e3d5}
            .orphan{fill:#d0d0d0}
            .line,.vote{fill:none;pointer-events:none}
            .line{stroke:#8a8f98;stroke-opacity:.45;stroke-width:1}
            .line.far{stroke-dasharray:5 3;stroke-opacity:.9}
            .vote{stroke:#444;stroke-width:1.8;stroke-opacity:.8}
            .vote.commit{stroke:#0072b2}
            .vote.skip{stroke:#d55e00}
            .certificate{fill:#0072b2;stroke:#fff}
            .blame{stroke:#d55e00;stroke-width:2.5;fill:none}
            .v:hover .line,.v:hover .vote{stroke:#000;stroke-opacity:1;stroke-width:2.5}
            """;

    private Styles() {}
}
