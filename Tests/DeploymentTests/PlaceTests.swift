import Testing

@testable import Deployment

@Suite struct PlaceTests {
    @Test func placesAreNamedAsInProjectFiles() {
        #expect(Place.allCases.map(\.rawValue) == ["local", "docker", "kubernetes"])
    }
}
