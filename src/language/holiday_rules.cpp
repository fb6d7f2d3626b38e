#include "language/holiday_rules.hpp"

#include <iterator>

namespace daybook::language {

using namespace std::chrono;

std::optional<local_days> lunar_holiday_in_year(HolidayKind kind, int month, int day, int hour, int year);
local_days islamic_observed(local_days arithmetic_first_of_month, int day);

namespace {

using K = HolidayKind;

constexpr Holiday kHolidays[] = {
    // The world over
    {"new years day|new year day|new years|new year|yuandan", K::fixed, 1, 1},
    {"new years eve|new year eve|silvester", K::fixed, 12, 31},
    {"christmas|xmas|christmas day|noel", K::fixed, 12, 25},
    {"christmas eve|xmas eve", K::fixed, 12, 24},
    {"boxing day|saint stephen day|st stephen day", K::fixed, 12, 26},
    {"valentine day|valentine|saint valentine day|st valentine day", K::fixed, 2, 14},
    {"halloween|hallowe en|all hallows eve", K::fixed, 10, 31},
    {"st patrick day|saint patrick day|st paddy day|saint paddy day|st pat day|saint pat day|paddy day", K::fixed, 3,
     17},
    {"april fool day|april fool|all fool day", K::fixed, 4, 1},
    {"all saint day|all hallow day|feast of all saint|hallowmas", K::fixed, 11, 1},
    {"all soul day", K::fixed, 11, 2},
    {"epiphany|three king day|theophany", K::fixed, 1, 6},
    {"epiphany eve|twelfth night", K::fixed, 1, 5},
    {"assumption of mary|assumption day|feast of the assumption", K::fixed, 8, 15},
    {"immaculate conception|feast of the immaculate conception", K::fixed, 12, 8},
    {"feast of st francis of assisi|feast of saint francis of assisi|feast of francis of assisi", K::fixed, 10, 4},
    {"annunciation|lady day", K::fixed, 3, 25},
    {"candlemas", K::fixed, 2, 2},
    {"st george day|saint george day", K::fixed, 4, 23},
    {"st andrew day|saint andrew day", K::fixed, 11, 30},
    {"st david day|saint david day", K::fixed, 3, 1},
    {"st nicholas day|saint nicholas day", K::fixed, 12, 6},
    {"st john day|saint john the baptist day|midsummer day", K::fixed, 6, 24},
    {"st jean baptiste day|fete nationale du quebec", K::fixed, 6, 24},
    {"guy fawkes day|guy fawkes night|bonfire night|fireworks night", K::fixed, 11, 5},
    {"may day|workers day|international workers day|labour day", K::fixed, 5, 1},
    {"pi day", K::fixed, 3, 14},
    {"star wars day", K::fixed, 5, 4},
    {"cinco de mayo", K::fixed, 5, 5},
    {"bastille day", K::fixed, 7, 14},
    {"leap day", K::fixed, 2, 29},
    {"earth day", K::fixed, 4, 22},
    {"woman day|womens day|women day", K::fixed, 3, 8},
    {"man day|mens day|men day", K::fixed, 11, 19},
    {"children day", K::fixed, 11, 20},
    {"talk like a pirate day", K::fixed, 9, 19},
    {"syttende mai", K::fixed, 5, 17},
    {"remembrance day|armistice day|poppy day", K::fixed, 11, 11},
    {"kwanzaa", K::fixed, 12, 26, 0, 0, 7},
    {"africa day|africa liberation day|african freedom day|african liberation day", K::fixed, 5, 25},
    {"africa industrialization day", K::fixed, 11, 20},
    {"day of the dead", K::fixed, 11, 2},
    {"groundhog day|ground hog day", K::fixed, 2, 2},
    {"juneteenth", K::fixed, 6, 19},
    {"mandela day|nelson mandela day", K::fixed, 7, 18},
    {"human right day", K::fixed, 12, 10},
    {"human solidarity day", K::fixed, 12, 20},
    {"aids day", K::fixed, 12, 1},
    {"autism awareness day|autism day", K::fixed, 4, 2},
    {"blood donor day", K::fixed, 6, 14},
    {"book day|book and copyright day|copyright day", K::fixed, 4, 23},
    {"braille day", K::fixed, 1, 4},
    {"cancer day", K::fixed, 2, 4},
    {"city day|cities day", K::fixed, 10, 31},
    {"day against child labour|child labour day|day against child labor", K::fixed, 6, 12},
    {"day to combat desertification|desertification day|day to combat desertification and drought", K::fixed, 6, 17},
    {"development information day", K::fixed, 10, 24},
    {"diabetes day", K::fixed, 11, 14},
    {"environment day", K::fixed, 6, 5},
    {"food day", K::fixed, 10, 16},
    {"genocide commemoration day", K::fixed, 12, 9},
    {"health day", K::fixed, 4, 7},
    {"hepatitis day", K::fixed, 7, 28},
    {"humanitarian day", K::fixed, 8, 19},
    {"intellectual property day", K::fixed, 4, 26},
    {"malaria day", K::fixed, 4, 25},
    {"mental health day", K::fixed, 10, 10},
    {"meteorological day", K::fixed, 3, 23},
    {"no tobacco day", K::fixed, 5, 31},
    {"ocean day", K::fixed, 6, 8},
    {"poetry day", K::fixed, 3, 21},
    {"population day", K::fixed, 7, 11},
    {"post day", K::fixed, 10, 9},
    {"press freedom day", K::fixed, 5, 3},
    {"prematurity day", K::fixed, 11, 17},
    {"radio day", K::fixed, 2, 13},
    {"rabies day", K::fixed, 9, 28},
    {"refugee day", K::fixed, 6, 20},
    {"science day for peace and development|science day", K::fixed, 11, 10},
    {"social justice day|day of social justice", K::fixed, 2, 20},
    {"soil day", K::fixed, 12, 5},
    {"statistics day", K::fixed, 10, 20},
    {"suicide prevention day", K::fixed, 9, 10},
    {"teacher day", K::fixed, 10, 5},
    {"telecommunication and information society day|telecommunication day|information society day", K::fixed, 5, 17},
    {"television day", K::fixed, 11, 21},
    {"toilet day", K::fixed, 11, 19},
    {"tourism day", K::fixed, 9, 27},
    {"translation day", K::fixed, 9, 30},
    {"tsunami awareness day|tsunami day", K::fixed, 11, 5},
    {"tuberculosis day", K::fixed, 3, 24},
    {"vegan day", K::fixed, 11, 1},
    {"vegetarian day", K::fixed, 10, 1},
    {"water day", K::fixed, 3, 22},
    {"wetland day", K::fixed, 2, 2},
    {"wildlife day", K::fixed, 3, 3},
    {"wombat day", K::fixed, 10, 22},
    {"youth skill day", K::fixed, 7, 15},
    {"youth day", K::fixed, 8, 12},
    {"albinism awareness day", K::fixed, 6, 13},
    {"anti corruption day", K::fixed, 12, 9},
    {"asteroid day", K::fixed, 6, 30},
    {"celebrate bisexuality day|bisexuality day", K::fixed, 9, 23},
    {"chernobyl disaster remembrance day", K::fixed, 4, 26},
    {"civil aviation day", K::fixed, 12, 7},
    {"custom day", K::fixed, 1, 26},
    {"day against drug abuse and illicit trafficking|day against drug abuse", K::fixed, 6, 26},
    {"day against homophobia transphobia and biphobia|day against homophobia", K::fixed, 5, 17},
    {"day against nuclear test", K::fixed, 8, 29},
    {"day for biological diversity|biodiversity day|day of biological diversity", K::fixed, 5, 22},
    {"day for monument and site", K::fixed, 4, 18},
    {"day for preventing the exploitation of the environment in war and armed conflict", K::fixed, 11, 6},
    {"day for south south cooperation|day for south - south cooperation", K::fixed, 9, 12},
    {"day for tolerance|tolerance day", K::fixed, 11, 16},
    {"day for the abolition of slavery", K::fixed, 12, 2},
    {"day for the elimination of racial discrimination", K::fixed, 3, 21},
    {"day for the elimination of sexual violence in conflict", K::fixed, 6, 19},
    {"day for the elimination of violence against women", K::fixed, 11, 25},
    {"day for the eradication of poverty", K::fixed, 10, 17},
    {"day for the preservation of the ozone layer|ozone day", K::fixed, 9, 16},
    {"day for the remembrance of the slave trade and its abolition", K::fixed, 8, 23},
    {"day for the right to the truth", K::fixed, 3, 24},
    {"day for the total elimination of nuclear weapon", K::fixed, 9, 26},
    {"day in support of victims of torture", K::fixed, 6, 26},
    {"day of charity", K::fixed, 9, 5},
    {"day of commemoration in memory of the victims of the holocaust|holocaust remembrance day|holocaust memorial day",
     K::fixed, 1, 27},
    {"day of democracy|democracy day", K::fixed, 9, 15},
    {"day of disabled person|day of persons with disabilities", K::fixed, 12, 3},
    {"day of families|day of the family|family day", K::fixed, 5, 15},
    {"day of family remittance", K::fixed, 6, 16},
    {"day of forest", K::fixed, 3, 21},
    {"day of friendship|friendship day", K::fixed, 7, 30},
    {"day of happiness|happiness day", K::fixed, 3, 20},
    {"day of human space flight", K::fixed, 4, 12},
    {"day of innocent children victims of aggression", K::fixed, 6, 4},
    {"day of multilateralism and diplomacy for peace", K::fixed, 4, 24},
    {"day of non violence|day of non - violence", K::fixed, 10, 2},
    {"day of older person", K::fixed, 10, 1},
    {"day of peace|peace day", K::fixed, 9, 21},
    {"day of un peacekeeper|day of united nations peacekeeper|peacekeeper day", K::fixed, 5, 29},
    {"day of remembrance of slavery victim|day of remembrance of the victims of slavery and the transatlantic slave "
     "trade",
     K::fixed, 3, 25},
    {"day of remembrance of the victims of the rwanda genocide|day of remembrance of the rwanda genocide", K::fixed, 4,
     7},
    {"day of rural women", K::fixed, 10, 15},
    {"day of solidarity with the palestinian people", K::fixed, 11, 29},
    {"day of solidarity with detained and missing staff member", K::fixed, 3, 25},
    {"day of sport for development and peace", K::fixed, 4, 6},
    {"day of the tropics", K::fixed, 6, 29},
    {"day of the girl child|girl child day|day of the girl", K::fixed, 10, 11},
    {"day of the seafarer|seafarer day", K::fixed, 6, 25},
    {"day of the victims of enforced disappearance", K::fixed, 8, 30},
    {"day of the world indigenous people|indigenous people day|day of the worlds indigenous people", K::fixed, 8, 9},
    {"day of women and girls in science|day of women and girl in science", K::fixed, 2, 11},
    {"day of yoga|yoga day", K::fixed, 6, 21},
    {"day of zero tolerance for female genital mutilation|day of zero tolerance to female genital mutilation", K::fixed,
     2, 6},
    {"day to end impunity for crimes against journalist", K::fixed, 11, 2},
    {"day to end obstetric fistula", K::fixed, 5, 23},
    {"zero discrimination day", K::fixed, 3, 1},
    {"jazz day", K::fixed, 4, 30},
    {"dance day", K::fixed, 4, 29},
    {"left hander day|lefthander day", K::fixed, 8, 13},
    {"literacy day", K::fixed, 9, 8},
    {"migrant day", K::fixed, 12, 18},
    {"mother language day", K::fixed, 2, 21},
    {"mother earth day", K::fixed, 4, 22},
    {"mountain day", K::fixed, 12, 11},
    {"museum day", K::fixed, 5, 18},
    {"nurse day", K::fixed, 5, 12},
    {"olympic day", K::fixed, 6, 23},
    {"widow day", K::fixed, 6, 23},
    {"volunteer day", K::fixed, 12, 5},
    {"lace makers day|parent day|global day of parents|day of parents", K::fixed, 6, 1},
    {"arabic language day", K::fixed, 12, 18},
    {"chinese language day", K::fixed, 4, 20},
    {"english language day|spanish language day", K::fixed, 4, 23},
    {"french language day", K::fixed, 3, 20},
    {"russian language day", K::fixed, 6, 6},
    {"public service day", K::fixed, 6, 23},
    {"united nation day|un day", K::fixed, 10, 24},
    {"universal health coverage day", K::fixed, 12, 12},
    {"time of remembrance and reconciliation for those who lost their lives during the second world war", K::fixed, 5,
     8, 0, 0, 2},
    {"day of remembrance for all victims of chemical warfare", K::fixed, 11, 30},
    {"wright brother day", K::fixed, 12, 17},
    {"space week", K::fixed, 10, 4, 0, 0, 7},
    {"week of solidarity with the peoples of non self governing territories", K::fixed, 5, 25, 0, 0, 7},
    {"disarmament week", K::fixed, 10, 24, 0, 0, 7},
    {"interfaith harmony week", K::fixed, 2, 1, 0, 0, 7},
    {"nowruz|persian new year|iranian new year|naw ruz", K::fixed, 3, 21},
    {"lohri", K::fixed, 1, 13},
    {"bhogi|bogi pandigai", K::fixed, 1, 13},
    {"thai pongal|pongal|makara sankranti|makar sankranti|maghi", K::fixed, 1, 14},
    {"mattu pongal", K::fixed, 1, 15},
    {"kaanum pongal|kanni pongal", K::fixed, 1, 16},
    {"vaisakhi|baisakhi|vaishakhi|vasakhi|vaisakha|mesadi", K::fixed, 4, 14},
    {"parsi new year|jamshedi navroz", K::special, 1},
    {"koningsdag|king day", K::special, 2},
    {"bos day|boss day|bosses day", K::special, 3},
    {"rabindra jayanti|rabindranath jayanti", K::special, 4},
    {"earth hour", K::special, 9},
    {"onam|thiru onam|thiruvonam", K::special, 5},
    {"guru gobind singh jayanti|guru govind singh jayanti|guru gobind singh birthday", K::hindu, 10, 7},

    // A weekday of a month
    {"thanksgiving day|thanksgiving|thanks giving day|thanks giving", K::weekday, 11, 4, 4},
    {"black friday", K::weekday, 11, 4, 4, 1},
    {"cyber monday", K::weekday, 11, 4, 4, 4},
    {"giving tuesday", K::weekday, 11, 4, 4, 5},
    {"small business saturday", K::weekday, 11, 4, 4, 2},
    {"martin luther king day|mlk day|martin luther king jr day|martin luther king junior day|mlk jr day|civil right "
     "day|martin luther king",
     K::weekday, 1, 3, 1},
    {"mother day", K::weekday, 5, 2, 7},
    {"mother day|mothering sunday", K::easter, -21, 0, 0, 0, 1, "GB IE"},
    {"mothering sunday", K::easter, -21},
    {"father day", K::weekday, 6, 3, 7},
    {"father day", K::weekday, 9, 1, 7, 0, 1, "AU NZ"},
    {"religion day", K::weekday, 1, 3, 7},
    {"leprosy day", K::weekday, 1, -1, 7},
    {"commonwealth day", K::weekday, 3, 2, 1},
    {"kidney day", K::weekday, 3, 2, 4},
    {"sight day", K::weekday, 10, 2, 4},
    {"habitat day", K::weekday, 10, 1, 1},
    {"day of the deaf", K::weekday, 9, -1, 7},
    {"philosophy day", K::weekday, 11, 3, 4},
    {"maritime day", K::weekday, 9, -1, 4},
    {"animal day", K::fixed, 10, 4},
    {"migratory bird day", K::weekday, 5, 2, 6},
    {"asthma day", K::weekday, 5, 1, 2},
    {"laughter day", K::weekday, 5, 1, 7},
    {"naked gardening day", K::weekday, 5, 1, 6},
    {"cooperatives day|day of cooperatives", K::weekday, 7, 1, 6},
    {"day of remembrance for road traffic victims|road traffic victim day", K::weekday, 11, 3, 7},
    {"youth service day|gysd|nysd", K::special, 6, 0, 0, 0, 3},
    {"day of mathematics|mathematics day", K::fixed, 3, 14},
    {"memorial day", K::weekday, 5, -1, 1},
    {"labor day|labour day", K::weekday, 9, 1, 1, 0, 1, "US"},
    {"labor day", K::weekday, 9, 1, 1},
    {"columbus day|indigenous people day", K::weekday, 10, 2, 1, 0, 1, "US"},
    {"columbus day", K::weekday, 10, 2, 1},
    {"president day|washington birthday|george washington day|washington day|daisy gatson bates day", K::weekday, 2, 3,
     1},
    {"lincoln birthday|abraham lincoln birthday", K::fixed, 2, 12},
    {"veteran day", K::fixed, 11, 11},
    {"independence day|4th of july|fourth of july|july fourth", K::fixed, 7, 4},
    {"independence day", K::fixed, 8, 15, 0, 0, 1, "IN"},
    {"independence day", K::fixed, 6, 12, 0, 0, 1, "PH"},
    {"independence day", K::fixed, 8, 6, 0, 0, 1, "JM"},
    {"independence day", K::fixed, 8, 31, 0, 0, 1, "TT"},
    {"independence day", K::fixed, 9, 21, 0, 0, 1, "BZ"},
    {"inauguration day", K::fixed, 1, 20},
    {"flag day", K::fixed, 6, 14},
    {"patriot day", K::fixed, 9, 11},
    {"arbor day", K::weekday, 4, -1, 5},
    {"election day", K::weekday, 11, 1, 1, 1},
    {"super tuesday|super duper tuesday|giga tuesday|mega giga tuesday|tsunami tuesday", K::special, 7},
    {"mini tuesday", K::special, 8},
    {"loyalty day|law day|lei day", K::fixed, 5, 1},
    {"military spouse day", K::weekday, 5, 2, 7, -2},
    {"grandparent day", K::weekday, 9, 1, 1, 6},
    {"sibling day|siblings day", K::fixed, 4, 10},
    {"administrative professional day|secretary day|secretaries day|admin day", K::special, 10},
    {"emancipation day", K::special, 11},
    {"tax day", K::special, 12},
    {"emergency medical services for children day|emsc day", K::special, 13},
    {"daylight saving start|daylight saving start day|daylight savings start", K::weekday, 3, 2, 7},
    {"daylight saving end|daylight saving end day|daylight savings end", K::weekday, 11, 1, 7},
    {"super bowl sunday|super bowl", K::weekday, 2, 2, 7},

    // Other countries
    {"thanksgiving day|thanksgiving", K::weekday, 10, 2, 1, 0, 1, "CA"},
    {"memorial day|dominion day|canada day", K::fixed, 7, 1, 0, 0, 1, "CA"},
    {"canada day|dominion day", K::fixed, 7, 1},
    {"vimy ridge day", K::fixed, 4, 9, 0, 0, 1, "CA"},
    {"twelfth|orangemens day", K::fixed, 7, 12, 0, 0, 1, "CA GB"},
    {"discovery day", K::special, 14, 0, 0, 0, 1, "CA"},
    {"victoria day|sovereign birthday", K::special, 15, 0, 0, 0, 1, "CA"},
    {"victoria day", K::special, 15},
    {"patriot day|national patriot day", K::special, 15, 0, 0, 0, 1, "CA"},
    {"civic holiday|british columbia day|natal day|new brunswick day|saskatchewan day|terry fox day|heritage day",
     K::weekday, 8, 1, 1, 0, 1, "CA"},
    {"nova scotia heritage day|family day|louis riel day|islander day", K::weekday, 2, 3, 1, 0, 1, "CA"},
    {"labor day|labour day", K::weekday, 9, 1, 1, 0, 1, "CA"},
    {"august bank holiday|summer bank holiday", K::weekday, 8, -1, 1, 0, 1, "GB"},
    {"august bank holiday|summer bank holiday", K::weekday, 8, 1, 1, 0, 1, "IE"},
    {"early may bank holiday|may day bank holiday", K::weekday, 5, 1, 1, 0, 1, "GB"},
    {"spring bank holiday|late may bank holiday", K::weekday, 5, -1, 1, 0, 1, "GB"},
    {"anzac day", K::fixed, 4, 25},
    {"australia day", K::fixed, 1, 26},
    {"waitangi day", K::fixed, 2, 6},
    {"naidoc week", K::special, 16, 0, 0, 0, 8, "AU"},
    {"labour day|labor day", K::weekday, 10, 1, 1, 0, 1, "AU"},
    {"labour day|labor day", K::weekday, 10, 4, 1, 0, 1, "NZ"},
    {"labour day|labor day", K::weekday, 5, 1, 1, 0, 1, "IE"},
    {"labour day|labor day", K::fixed, 6, 19, 0, 0, 1, "TT"},
    {"labour day|labor day", K::fixed, 5, 23, 0, 0, 1, "JM"},
    {"labour day|labor day|may day", K::fixed, 5, 1, 0, 0, 1, "IN PH BZ ZA"},
    {"royal queensland show day|rna show day|ekka day", K::special, 17, 0, 0, 0, 1, "AU"},
    {"garifuna settlement day", K::fixed, 11, 19, 0, 0, 1, "BZ"},
    {"day of reconciliation|day of the vow|day of the covenant", K::fixed, 12, 16},
    {"arbor week|national arbor week", K::fixed, 9, 1, 0, 0, 7, "ZA"},
    {"heroes day|kruger day", K::fixed, 10, 10, 0, 0, 1, "ZA"},
    {"republic day", K::fixed, 1, 26, 0, 0, 1, "IN"},
    {"gandhi jayanti", K::fixed, 10, 2},
    {"hazarat ali birthday", K::islamic, 7, 13, 0, 0, 1},
    {"freedom day", K::fixed, 4, 27, 0, 0, 1, "ZA"},
    {"heritage day", K::fixed, 9, 24, 0, 0, 1, "ZA"},

    // By Easter
    {"easter|easter sunday|easter day", K::easter, 0},
    {"easter monday", K::easter, 1},
    {"good friday|great friday", K::easter, -2},
    {"holy saturday|black saturday|easter eve|easter saturday", K::easter, -1},
    {"maundy thursday|holy thursday|covenant thursday|thursday of mysteries|sheer thursday|great thursday", K::easter,
     -3},
    {"palm sunday|branch sunday", K::easter, -7},
    {"ash wednesday|carnival", K::easter, -46},
    {"shrove tuesday|pancake day|pancake tuesday|mardi gras|fat tuesday|carnival tuesday", K::easter, -47},
    {"shrove monday|carnival monday|rosenmontag", K::easter, -48},
    {"lent", K::easter, -46, 0, 0, 0, -46},
    {"ascension day|ascension|ascension thursday|feast of the ascension|holy thursday of ascension", K::easter, 39},
    {"pentecost|whitsunday|whit sunday|white sunday|whitsun", K::easter, 49},
    {"whit monday|pentecost monday|whitmonday|monday of the holy spirit", K::easter, 50},
    {"trinity sunday", K::easter, 56},
    {"corpus christi|feast of corpus christi", K::easter, 60},
    {"orthodox easter|orthodox easter sunday|pascha|orthodox pascha", K::orthodox, 0},
    {"orthodox easter monday|orthodox bright monday|bright monday", K::orthodox, 1},
    {"orthodox good friday|orthodox great friday", K::orthodox, -2},
    {"orthodox holy saturday|orthodox easter eve|orthodox great saturday", K::orthodox, -1},
    {"orthodox palm sunday|orthodox branch sunday|orthodox yew sunday", K::orthodox, -7},
    {"clean monday|orthodox shrove monday|orthodox ash monday|orthodox clean monday|orthodox green monday|orthodox "
     "monday of lent|green monday|ash monday",
     K::orthodox, -48},
    {"lazarus saturday", K::orthodox, -8},
    {"great lent", K::orthodox, -48, 0, 0, 0, 40},
    {"great fast", K::orthodox, -48, 0, 0, 0, 40},
    {"orthodox ascension|orthodox ascension day", K::orthodox, 39},
    {"orthodox pentecost|orthodox whit sunday", K::orthodox, 49},
    {"orthodox whit monday|orthodox pentecost monday", K::orthodox, 50},

    // The Hebrew calendar (a holiday begins on the evening before)
    {"passover|pesach|feast of the unleavened bread|feast of unleavened bread", K::hebrew, 1, 14, 0, 0, 8},
    {"yom ha shoah|yom hashoah|holocaust day", K::special, 18},
    {"yom haatzmaut|yom ha atzmaut", K::special, 19},
    {"lag baomer|lag bomer|lag b omer|lag laomer", K::hebrew, 2, 17},
    {"shavuot|feast of week|shavuoth", K::hebrew, 3, 5, 0, 0, 3},
    {"tisha bav|tisha b av", K::special, 20},
    {"rosh hashanah|rosh hashana|yom teruah", K::hebrew, 6, 29, 0, 0, 3},
    {"yom kippur|day of atonement", K::hebrew, 7, 9, 0, 0, 2},
    {"sukkot|feast of booth|feast of tabernacle|feast of the ingathering|feast of ingathering|succot", K::hebrew, 7, 14,
     0, 0, 9},
    {"hoshana rabbah|hoshana raba", K::hebrew, 7, 20},
    {"shemini atzeret", K::hebrew, 7, 21},
    {"simchat torah|simhat torah", K::hebrew, 7, 22},
    {"hanukkah|hannukah|chanukah|hannukkah|hanukah|chanukkah|chanukka|festival of light|feast of dedication", K::hebrew,
     9, 24, 0, 0, 8},
    {"tu bishvat|tu b shvat|tu bshvat", K::hebrew, 11, 14},
    {"purim|feast of lots", K::special, 21},
    {"shushan purim", K::special, 22},

    // The Islamic calendar
    {"islamic new year|amun jadid|hijri new year|arabic new year|muharram", K::islamic, 1, 1},
    {"ashura|day of ashura|yom ashura", K::islamic, 1, 10},
    {"mawlid|mawlid al nabawi|mawlid al nabi|milad un nabi|eid milad un nabi|eid e milad un nabi|prophet muhammad "
     "birthday",
     K::islamic, 3, 12},
    {"isra and miraj|isra and mi raj|night journey|ascension to heaven|lailat al miraj|shab e meraj", K::islamic, 7,
     27},
    {"ramadan|ramzaan|ramadhan|ramzan", K::islamic, 9, 1, 0, 0, 30},
    {"laylat al qadr|night of power|night of destiny|night of measure|night of decree|shab e qadr|laylat al "
     "kadr|lailat al qadr",
     K::islamic, 9, 27},
    {"eid al fitr|eid ul fitr|id ul fitr|sugar feast|lesser eid|eid", K::islamic, 10, 1},
    {"eid al adha|eid ul adha|id ul adha|id al adha|sacrifice feast|feast of the sacrifice|bakr id|bakrid|bakr "
     "eid|greater eid|tabaski|qurban bayrami|kurban bayrami|feast of sacrifice",
     K::islamic, 12, 10},
    {"day of arafah|day of arafat|arafat day", K::islamic, 12, 9},
    {"jumuatul wida|jumu atul wida|jamat ul vida|jumatul vida", K::special, 23},

    // China and its neighbours
    {"chinese new year|chinese lunar new year|lunar new year|spring festival|chinese spring festival|tet", K::chinese,
     1, 1},
    {"chinese new year eve|lunar new year eve", K::special, 24},
    {"lantern festival|chinese lantern festival", K::chinese, 1, 15},
    {"dragon boat festival|duanwu festival", K::chinese, 5, 5},
    {"qixi festival", K::chinese, 7, 7},
    {"mid autumn festival|moon festival|mooncake festival|moon cake festival", K::chinese, 8, 15},
    {"double ninth festival|chongyang festival", K::chinese, 9, 9},
    {"vesak|vaisakha purnima|vesak day|vesakha|buddha purnima|buddha day|buddha jayanti|wesak", K::hindu, 2, 15},

    // India
    {"diwali|deepavali|deepawali|divali|lakshmi puja|lakshmi pooja", K::hindu, 7, 30, 19},
    {"naraka chaturdashi|kali chaudas|roop chaudas|choti diwali|naraka nivaran chaturdashi", K::hindu, 7, 30, 19, -1},
    {"dhanteras|dhanatrayodashi|dhanvantari trayodashi", K::hindu, 7, 28, 19},
    {"govardhan puja|annakut|padwa|bali pratipada", K::hindu, 8, 1},
    {"bhai dooj|bhai duj|bhai beej|bhau bij|yama dwitiya|bhaiya dooj", K::hindu, 8, 2, 14},
    {"chhath|chhath puja|chhath parv|dala chhath|dala puja|surya shashthi", K::hindu, 8, 6},
    {"guru nanak jayanti|guru nanak gurpurab|guru nanak birthday", K::hindu, 8, 15},
    {"karva chauth", K::hindu, 7, 19, 20},
    {"dussehra|vijayadashami|dasara|dasehra|dashain|mohani", K::hindu, 7, 10, 14},
    {"maha navami", K::hindu, 7, 9},
    {"durga ashtami|maha ashtami", K::hindu, 7, 8},
    {"maha saptami", K::hindu, 7, 7},
    {"navaratri|navratri|durga puja|durga pooja", K::hindu, 7, 1, 0, 0, 10},
    {"sharad purnima", K::hindu, 7, 15},
    {"pargat diwas|valmiki jayanti|maharishi valmiki jayanti", K::hindu, 7, 15},
    {"holi|phagwah|dhulandi|dhuleti|rangwali holi", K::hindu, 12, 15, 19, 1},
    {"holika dahan|chhoti holi|kama dahanam", K::hindu, 12, 15, 19},
    {"raksha bandhan|rakhi|rakshabandhan", K::hindu, 5, 15},
    {"krishna janmashtami|janmashtami|gokulashtami|krishnashtami", K::hindu, 5, 23, 23},
    {"ganesh chaturthi|vinayaka chaturthi", K::hindu, 6, 4, 12},
    {"ugadi|yugadi|samvatsaradi|gudi padwa|chaitra shukladi", K::hindu, 1, 1},
    {"rama navami|ram navami|ramanavami", K::hindu, 1, 9, 12},
    {"mahavir jayanti|mahaveer jayanti|mahavir janma kalyanak|mahaveer janma kalyanak", K::hindu, 1, 13},
    {"hanuman jayanti", K::hindu, 1, 15},
    {"rath yatra|ratha yatra", K::hindu, 4, 2},
    {"guru purnima", K::hindu, 4, 15},
    {"vasant panchami|basant panchami|saraswati puja", K::hindu, 11, 5},
    {"guru ravidas jayanti|guru ravidass jayanti|guru ravidass birthday|guru ravidas birthday", K::hindu, 11, 15},
    {"dayananda saraswati jayanti|dayanand saraswati jayanti|saraswati jayanti|maharishi dayananda saraswati jayanti",
     K::hindu, 11, 25},
    {"maha shivaratri|mahashivratri|shivaratri|maha shivratri", K::hindu, 11, 29, 23},
};

local_days easter_sunday(int year) {
  const int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
  const int f = (b + 8) / 25, g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
  const int month = (h + l - 7 * m + 114) / 31, day = (h + l - 7 * m + 114) % 31 + 1;
  return local_days{std::chrono::year{year} / month / day};
}

local_days orthodox_easter(int year) {
  const int a = year % 4, b = year % 7, c = year % 19, d = (19 * c + 15) % 30, e = (2 * a + 4 * b - d + 34) % 7;
  const int month = (d + e + 114) / 31, day = (d + e + 114) % 31 + 1;
  const int shift = year / 100 - year / 400 - 2;  // Julian to Gregorian
  return local_days{std::chrono::year{year} / month / day} + days{shift};
}

/// Day numbers with 1 = 1 January of the year 1.
constexpr int kEpoch = 719163;
local_days of_day_number(long long n) { return local_days{days{static_cast<int>(n - kEpoch)}}; }

bool hebrew_leap(int year) { return (7 * year + 1) % 19 < 7; }
long long hebrew_elapsed(int year) {
  const long long months = (235LL * year - 234) / 19;
  const long long parts = 12084 + 13753 * months;
  long long day = 29 * months + parts / 25920;
  if (3 * (day + 1) % 7 < 3) ++day;
  return day;
}
long long hebrew_new_year(int year) {
  constexpr long long kHebrewEpoch = -1373427;
  const auto before = hebrew_elapsed(year - 1), here = hebrew_elapsed(year), after = hebrew_elapsed(year + 1);
  const int fix = after - here == 356 ? 2 : here - before == 382 ? 1 : 0;
  return kHebrewEpoch + here + fix;
}
int hebrew_month_days(int year, int month) {
  const auto size = hebrew_new_year(year + 1) - hebrew_new_year(year);
  if (month == 2 || month == 4 || month == 6 || month == 10 || month == 13) return 29;
  if (month == 12 && !hebrew_leap(year)) return 29;
  if (month == 8 && size % 10 != 5) return 29;
  if (month == 9 && size % 10 == 3) return 29;
  return 30;
}
local_days hebrew(int year, int month, int day) {
  long long number = hebrew_new_year(year) + day - 1;
  const int last = hebrew_leap(year) ? 13 : 12;
  if (month < 7) {
    for (int m = 7; m <= last; ++m) number += hebrew_month_days(year, m);
    for (int m = 1; m < month; ++m) number += hebrew_month_days(year, m);
  } else {
    for (int m = 7; m < month; ++m) number += hebrew_month_days(year, m);
  }
  return of_day_number(number);
}
/// The day of a Hebrew date that falls in a year of ours.
local_days hebrew_in(int year, int month, int day) {
  const int autumn = month >= 7 && month <= 10 ? 3761 : 3760;
  return hebrew(year + autumn, month, day);
}

local_days islamic(int year, int month, int day) {
  const long long number = day + 29LL * (month - 1) + month / 2 + 354LL * (year - 1) + (3 + 11LL * year) / 30 + 227014;
  return of_day_number(number);
}
std::optional<local_days> islamic_in(int year, int month, int day) {
  // The first that falls in the year: a lunar date can come twice.
  const int about = static_cast<int>((year - 622) * 33LL / 32);
  for (int y = about - 1; y <= about + 2; ++y) {
    const auto at = islamic_observed(islamic(y, month, 1), day);
    if (static_cast<int>(year_month_day{at}.year()) == year) return at;
  }
  return {};
}

local_days nth(int year, int month, int which, int weekday) {
  const auto y = std::chrono::year{year};
  if (which > 0) {
    const local_days first{y / month / 1};
    const int off = (weekday - static_cast<int>(std::chrono::weekday{first}.iso_encoding()) + 7) % 7;
    return first + days{off + 7 * (which - 1)};
  }
  const local_days last{y / month / std::chrono::last};
  const int off = (static_cast<int>(std::chrono::weekday{last}.iso_encoding()) - weekday + 7) % 7;
  return last - days{off + 7 * (-which - 1)};
}

local_days on_or_before(local_days day, int weekday) {
  return day - days{(static_cast<int>(std::chrono::weekday{day}.iso_encoding()) - weekday + 7) % 7};
}

int iso_weekday(local_days day) { return static_cast<int>(std::chrono::weekday{day}.iso_encoding()); }

std::optional<local_days> special(int rule, int year) {
  const auto y = std::chrono::year{year};
  const auto fixed = [&](int m, int d) { return local_days{y / m / d}; };
  switch (rule) {
    case 1:
      return fixed(8, year >= 2020 ? 16 : 17);
    case 2: {
      const auto day = year < 2014 ? fixed(4, 30) : fixed(4, 27);
      return iso_weekday(day) == 7 ? day - days{1} : day;
    }
    case 3: {
      const auto day = fixed(10, 16);
      return iso_weekday(day) == 6 ? day - days{1} : iso_weekday(day) == 7 ? day + days{1} : day;
    }
    case 4:
      return fixed(5, year % 4 == 0 ? 8 : 9);
    case 6: {  // The weekend of the fourth Friday of April.
      return nth(year, 4, 4, 5);
    }
    case 7:
      if (year == 2008) return fixed(2, 5);
      if (year < 1984 || year % 4 != 0) return {};
      return nth(year, 3, 1, 2);
    case 8:
      return year == 2004 ? std::optional{fixed(2, 3)} : std::nullopt;
    case 9: {
      auto day = nth(year, 3, -1, 6);
      if (day == easter_sunday(year) - days{1}) day -= days{7};
      return day;
    }
    case 10:
      return nth(year, 4, -1, 6) - days{3};
    case 11: {
      const auto day = fixed(4, 16);
      return iso_weekday(day) == 6 ? day - days{1} : iso_weekday(day) == 7 ? day + days{1} : day;
    }
    case 12: {
      auto day = fixed(4, 15);
      if (iso_weekday(day) == 6) day += days{2};
      if (iso_weekday(day) == 7) day += days{1};
      if (day == *special(11, year)) day += days{iso_weekday(day) == 5 ? 3 : 1};
      return day;
    }
    case 13:
      return nth(year, 5, 3, 7) + days{3};
    case 14: {
      const auto day = fixed(6, 24);
      const int w = iso_weekday(day);
      return w <= 4 ? day - days{w - 1} : day + days{8 - w};
    }
    case 15:
      return on_or_before(fixed(5, 24), 1);
    case 16:
      return nth(year, 7, 1, 7) + days{iso_weekday(fixed(7, 1)) == 7 ? 0 : 0};
    case 17: {
      const auto friday = nth(year, 8, 1, 5);
      return friday + days{static_cast<unsigned>(year_month_day{friday}.day()) < 5 ? 12 : 5};
    }
    case 18: {
      const auto day = hebrew_in(year, 1, 27);
      return (iso_weekday(day) == 5 ? day - days{1} : iso_weekday(day) == 7 ? day + days{1} : day) - days{1};
    }
    case 19: {
      const auto day = hebrew_in(year, 2, 5);
      const int w = iso_weekday(day);
      return (w == 6 ? day - days{2} : w == 5 ? day - days{1} : w == 1 ? day + days{1} : day) - days{1};
    }
    case 20: {
      const auto day = hebrew_in(year, 5, 9);
      return (iso_weekday(day) == 6 ? day + days{1} : day) - days{1};
    }
    case 21:
    case 22: {
      const int hebrew_year = year + 3760;
      return hebrew(hebrew_year, hebrew_leap(hebrew_year) ? 13 : 12, rule == 21 ? 13 : 14);
    }
    case 23: {
      const auto last = islamic_in(year, 10, 1);
      if (!last) return {};
      return on_or_before(*last - days{1}, 5);
    }
    default:
      return {};
  }
}

}  // namespace

const Holiday* holidays() { return kHolidays; }
int holiday_count() { return static_cast<int>(std::size(kHolidays)); }

std::optional<local_days> holiday_in_year(const Holiday& holiday, int year) {
  if (year < 1583 || year > 9000) return {};
  switch (holiday.kind) {
    case K::fixed: {
      const year_month_day date{std::chrono::year{year} / holiday.a / holiday.b};
      if (!date.ok()) return {};
      return local_days{date};
    }
    case K::weekday:
      return nth(year, holiday.a, holiday.b, holiday.c) + days{holiday.d};
    case K::easter:
      return easter_sunday(year) + days{holiday.a};
    case K::orthodox:
      return orthodox_easter(year) + days{holiday.a};
    case K::hebrew:
      return hebrew_in(year, holiday.a, holiday.b);
    case K::islamic:
      return islamic_in(year, holiday.a, holiday.b);
    case K::before:
      return on_or_before(local_days{std::chrono::year{year} / holiday.a / holiday.b}, holiday.c);
    case K::chinese:
    case K::hindu: {
      const auto day = lunar_holiday_in_year(holiday.kind, holiday.a, holiday.b, holiday.c, year);
      return day ? std::optional{*day + days{holiday.d}} : std::nullopt;
    }
    case K::special:
      if (holiday.a == 24) {
        const auto day = lunar_holiday_in_year(K::chinese, 1, 1, 0, year);
        return day ? std::optional{*day - days{1}} : std::nullopt;
      }
      if (holiday.a == 5) return lunar_holiday_in_year(K::hindu, 99, 0, 0, year);
      return special(holiday.a, year);
  }
  return {};
}

}  // namespace daybook::language
