package dev.meshlog.infra.dag;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** An SVG document, written from top to bottom. Lengths are whole user units, so that the text is the same everywhere. */
final class SvgWriter {
    private static final String NAMESPACE = "http://www.w3.org/2000/svg";

    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter xml;

    SvgWriter(int width, int height) {
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("svg");
            xml.writeDefaultNamespace(NAMESPACE);
        } catch (XMLStreamException e) {
            throw broken(e);
        }
        attributes("width", width, "height", height, "viewBox", "0 0 " + width + " " + height);
    }

    /** @param attributes names and values by turns */
    SvgWriter open(String element, Object... attributes) {
        try {
            xml.writeCharacters("\n");
            xml.writeStartElement(element);
        } catch (XMLStreamException e) {
            throw broken(e);
        }
        attributes(attributes);
        return this;
    }

    SvgWriter close() {
        try {
            xml.writeEndElement();
        } catch (XMLStreamException e) {
            throw broken(e);
        }
        return this;
    }

    SvgWriter empty(String element, Object... attributes) {
        return open(element, attributes).close();
    }

    SvgWriter text(String element, String content, Object... attributes) {
        open(element, attributes);
        try {
            xml.writeCharacters(content);
        } catch (XMLStreamException e) {
            throw broken(e);
        }
        return close();
    }

    /** A sharp box with its upper left corner at x, y. */
    SvgWriter box(int x, int y, int width, int height, String styles) {
        return empty("rect", "class", styles, "x", x, "y", y, "width", width, "height", height, "rx", 5);
    }

    SvgWriter label(int x, int y, String styles, String content) {
        return text("text", content, "class", styles, "x", x, "y", y);
    }

    String finish() {
        try {
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeCharacters("\n");
            xml.writeEndDocument();
            xml.flush();
        } catch (XMLStreamException e) {
            throw broken(e);
        }
        return text.toString();
    }

    private void attributes(Object... attributes) {
        try {
            for (int i = 0; i < attributes.length; i += 2) {
                xml.writeAttribute(String.valueOf(attributes[i]), String.valueOf(attributes[i + 1]));
            }
        } catch (XMLStreamException e) {
            throw broken(e);
        }
    }

    private static IllegalStateException broken(XMLStreamException cause) {
        return new IllegalStateException("writing to memory failed", cause);
    }
}
