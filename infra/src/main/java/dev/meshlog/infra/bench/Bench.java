package dev.meshlog.infra.bench;

import java.util.function.Consumer;

/** One part of Meshlog under load, measured against what bounds it. */
public interface Bench {
    String name();

    /** What is measured against what, in one sentence. */
    String sentence();

    /** Hands over each figure as soon as it is known. */
    void run(BenchSettings settings, Consumer<Figure> figures) throws Exception;
}
