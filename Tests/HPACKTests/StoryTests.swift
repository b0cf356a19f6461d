import HPACK
import Testing

@Suite("Stories of whole connections")
struct StoryTests {
  @Test("blocks of another encoder are decoded to what it was given", arguments: Story.all)
  func replayed(story: Story) throws {
    var decoder = HPACKDecoder()
    #expect(!story.events.isEmpty)
    for event in story.events {
      switch event {
      case .limit(let octets): decoder.setMaxTableOctets(octets)
      case .block(let block, let fields):
        let decoded = try decoder.decode(block)
        #expect(decoded.fields == fields)
        #expect(decoded.ids == fields.map(\.id))
      }
    }
  }

  @Test(
    "encoded and decoded again, fields are themselves", arguments: Story.all,
    [HPACKEncoder.Indexing.indexed, .literal])
  func roundTrip(story: Story, indexing: HPACKEncoder.Indexing) throws {
    var encoder = HPACKEncoder(maxTableOctets: 8192)
    var decoder = HPACKDecoder()
    for event in story.events {
      switch event {
      case .limit(let octets):
        encoder.setMaxTableOctets(octets)
        decoder.setMaxTableOctets(octets)
      case .block(_, let fields):
        #expect(try decoder.decode(encoder.encode(fields, indexing)).fields == fields)
      }
    }
  }

  @Test("what is in the tables outlasts their memory", arguments: Story.all)
  func released(story: Story) throws {
    var encoder = HPACKEncoder()
    var other = HPACKEncoder()
    var decoder = HPACKDecoder()
    for case .block(_, let fields) in story.events {
      let block = encoder.encode(fields, .indexed)
      #expect(block == other.encode(fields, .indexed))
      #expect(try decoder.decode(block).fields == fields)
      encoder.releaseMemory()
      decoder.releaseMemory()
    }
  }

  @Test("nowhere cut is a block decoded to something else", arguments: Story.all)
  func cut(story: Story) throws {
    var encoder = HPACKEncoder()
    guard case .block(_, let fields)? = story.events.first else { return }
    let block = encoder.encode(fields)
    let step = max(1, block.count / 500)
    for end in stride(from: 0, to: block.count, by: step) {
      var decoder = HPACKDecoder()
      do throws(HPACKError) {
        let decoded = try decoder.decode(Array(block[..<end])).fields
        #expect(decoded == Array(fields.prefix(decoded.count)))
        #expect(decoded.count < fields.count)
      } catch {
        #expect(error == .truncated)
      }
    }
  }
}
