import Testing

@testable import Planning

@Suite struct LayeredLayoutTests {
    /// Graphs drawn from a seed, so that a failure can be repeated.
    @Test(arguments: 0..<20) func boxesNeverOverlapAndEdgesGoDown(seed: Int) {
        var state = UInt64(seed) &* 2_862_933_555_777_941_757 &+ 3_037_000_493
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let count = 2 + random(40)
        let boxes = (0..<count).map { _ in
            LayeredLayout.Size(width: Double(60 + random(200)), height: Double(30 + random(40)))
        }
        var edges: [(source: Int, target: Int)] = []
        for target in 1..<count {
            for _ in 0..<random(3) { edges.append((random(target), target)) }
        }
        let layout = LayeredLayout(boxes: boxes, edges: edges)
        for left in 0..<count {
            let center = layout.centers[left]
            #expect(center.x - boxes[left].width / 2 >= -0.01)
            #expect(center.x + boxes[left].width / 2 <= layout.size.width + 0.01)
            #expect(center.y + boxes[left].height / 2 <= layout.size.height + 0.01)
            for right in left + 1..<count {
                let dx = abs(center.x - layout.centers[right].x) - (boxes[left].width + boxes[right].width) / 2
                let dy = abs(center.y - layout.centers[right].y) - (boxes[left].height + boxes[right].height) / 2
                #expect(dx > 1 || dy > 1, "boxes \(left) and \(right) overlap")
            }
        }
        for (edge, route) in zip(edges, layout.routes) {
            #expect(layout.centers[edge.source].y < layout.centers[edge.target].y)
            #expect(zip(route, route.dropFirst()).allSatisfy { $0.y < $1.y })
        }
    }

    @Test func aDiamondCrossesNothing() {
        let box = LayeredLayout.Size(width: 100, height: 40)
        let layout = LayeredLayout(
            boxes: Array(repeating: box, count: 6), edges: [(0, 3), (1, 2), (2, 4), (3, 5)])
        let first = layout.centers
        #expect((first[0].x < first[1].x) == (first[3].x < first[2].x))
    }

    @Test func nothingAndEdgesThatGoBackAreHarmless() {
        #expect(LayeredLayout(boxes: [], edges: []).centers.isEmpty)
        let box = LayeredLayout.Size(width: 10, height: 10)
        let layout = LayeredLayout(boxes: [box, box], edges: [(1, 0), (1, 1)])
        #expect(layout.routes.allSatisfy { $0.isEmpty })
    }
}
