package dev.meshlog.schemas.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A JSON value that is decoded already: nothing but the output can fail when it is written. */
@FunctionalInterface
interface Part {
    void writeTo(JsonGenerator out) throws IOException;
}
