package dev.meshlog.infra.node;

import java.util.Map;

/** Tells the person at the terminal what happens. */
public interface Narrator {
    void say(String text);

    /** Figures in the order of the map. */
    void result(String name, Map<String, Object> figures);

    void status(MeshView.Summary summary);
}
