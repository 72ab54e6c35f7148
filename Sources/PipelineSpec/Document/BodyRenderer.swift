import Diagnostics

/// Renders the body of a YAML provider's transform: a template as a text, or a map with templates in its scalars.
struct BodyRenderer {
    let renderer: TemplateRenderer

    func render(_ body: YAMLNode) -> (root: YAMLNode?, diagnostics: [Diagnostic]) {
        guard body.mapping == nil, let source = body.contentText else {
            var diagnostics: [Diagnostic] = []
            let rendered = scalarsRendered(body, &diagnostics)
            return (diagnostics.hasErrors ? nil : rendered, diagnostics)
        }
        guard TemplateRenderer.hasTemplate(source.utf8) else { return YAMLParser.parse(source) }
        switch renderer.render(source, path: body.range.file.path) {
        case .success(let rendered): return YAMLParser.parse(rendered)
        case .failure(let diagnostic): return (nil, [diagnostic])
        }
    }

    private func scalarsRendered(_ node: YAMLNode, _ diagnostics: inout [Diagnostic]) -> YAMLNode {
        switch node.content {
        case .sequence(let items):
            return YAMLNode(.sequence(items.map { scalarsRendered($0, &diagnostics) }), replacing: node)
        case .mapping(let pairs):
            let rendered = pairs.map {
                YAMLPair(
                    key: scalarsRendered($0.key, &diagnostics), value: scalarsRendered($0.value, &diagnostics))
            }
            return YAMLNode(.mapping(rendered), replacing: node)
        case .scalar(let scalar):
            guard TemplateRenderer.hasTemplate(Array(scalar.text.utf8)), let source = node.contentText else {
                return node
            }
            switch renderer.render(source, path: node.range.file.path, isPart: true) {
            case .success(let rendered):
                return replaced(node, scalar, rendered, &diagnostics)
            case .failure(let diagnostic):
                diagnostics.append(diagnostic)
                return node
            }
        }
    }

    /// A plain scalar is read again, as Beam does by writing the body out; a quoted one stays a string.
    private func replaced(
        _ node: YAMLNode, _ scalar: YAMLScalar, _ rendered: RenderedText, _ diagnostics: inout [Diagnostic]
    ) -> YAMLNode {
        let text = rendered.text
        var value = YAMLScalarValue.string(text)
        do throws(YAMLScalarResolver.Failure) {
            value = try YAMLScalarResolver.resolve(text, isPlain: scalar.style == .plain, tag: node.tag)
        } catch {
            if case .invalid(let reason) = error {
                diagnostics.append(Diagnostic(.yamlValue, reason, at: node.range, hint: "write it in quotes"))
            }
        }
        let count = rendered.utf8.count
        let runs = [YAMLScalar.Run(value: 0, rendered: 0, length: count)]
        let content = YAMLNode.Content.scalar(YAMLScalar(text: text, style: scalar.style, value: value, runs: runs))
        return YAMLNode(content, replacing: node, rendered: 0..<count, map: rendered.map)
    }
}

extension YAMLNode {
    /// A scalar's value as a text of its own that knows where it was written.
    var contentText: RenderedText? {
        guard let scalar else { return nil }
        var segments: [SourceMap.Segment] = []
        var position = 0
        for run in scalar.runs {
            if run.value > position {
                segments.append(gap(from: position, to: run.value, scalar))
            }
            segments += map.segments(of: run.rendered..<(run.rendered + run.length), at: run.value)
            position = max(position, run.value + run.length)
        }
        let bytes = Array(scalar.text.utf8)
        if bytes.count > position { segments.append(gap(from: position, to: bytes.count, scalar)) }
        return RenderedText(utf8: bytes, map: SourceMap(segments: segments, fallback: range.file))
    }

    private func gap(from start: Int, to end: Int, _ scalar: YAMLScalar) -> SourceMap.Segment {
        let place = sourceRange(ofContent: start..<end)
        return SourceMap.Segment(
            start: start, length: end - start, file: place.file, sourceStart: place.start, sourceEnd: place.end,
            isVerbatim: false)
    }
}
