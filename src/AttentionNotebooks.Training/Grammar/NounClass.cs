namespace AttentionNotebooks.Training;

/// <summary>What a noun stands for: it decides which verbs, adjectives and prepositions go with it. Tables name a class by its
/// letter.</summary>
internal enum NounClass
{
    Person = 'P',
    Animal = 'A',
    Food = 'F',
    Thing = 'T',
    Container = 'C',
    Vehicle = 'V',
    Place = 'L',
    Outdoors = 'O',
    Document = 'D',
    Plant = 'N',
    Event = 'E',
    Part = 'X',
    Idea = 'I',
}
