-- Where people come from: their language, what they are called, where they live, and how many of a hundred they are.
CREATE TABLE cultures (
    language VARCHAR, share INTEGER, women VARCHAR[], men VARCHAR[], families VARCHAR[],
    cities STRUCT(city VARCHAR, country VARCHAR, zip VARCHAR, zone VARCHAR, dial VARCHAR)[]
);
INSERT INTO cultures VALUES
('de', 22,
 ['Jürgena', 'Käthe', 'Anna', 'Lena', 'Sophie', 'Änne', 'Marie', 'Zoë', 'Leonie', 'Hannah', 'Ursula', 'Gülsah'],
 ['Jürgen', 'Jörg', 'Lukas', 'Günther', 'Maximilian', 'Björn', 'Felix', 'Sören', 'Paul', 'Uwe', 'André', 'Heinz'],
 ['Müller', 'Schröder', 'Groß', 'Weiß', 'Köhler', 'Schäfer', 'Krüger', 'Bäcker', 'Schmidt', 'Weber', 'Wagner', 'Vogel', 'Fuchs', 'von Bülow', 'Lange', 'Jäger'],
 [('Berlin', 'DE', '101', 'Europe/Berlin', '+49 30'), ('München', 'DE', '803', 'Europe/Berlin', '+49 89'), ('Köln', 'DE', '506', 'Europe/Berlin', '+49 221'),
  ('Düsseldorf', 'DE', '402', 'Europe/Berlin', '+49 211'), ('Wien', 'AT', '10', 'Europe/Vienna', '+43 1'), ('Zürich', 'CH', '80', 'Europe/Zurich', '+41 44')]),
('fr', 20,
 ['Chloé', 'Zoé', 'Éloïse', 'Anaïs', 'Marie', 'Noémie', 'Françoise', 'Hélène', 'Agnès', 'Inès', 'Camille', 'Aurélie'],
 ['Jérôme', 'François', 'René', 'Loïc', 'Théo', 'Benoît', 'Gaël', 'Hervé', 'Jean-Noël', 'Cédric', 'Rémi', 'Paul'],
 ['Lefèvre', 'Béranger', 'Côté', 'Garçon', 'Durand', 'Dupont', 'Gérard', 'Moreau', 'Faÿ', 'L''Hôte', 'de Sèze', 'Mercier', 'Noël', 'Roux', 'Château', 'Petit'],
 [('Paris', 'FR', '750', 'Europe/Paris', '+33 1'), ('Orléans', 'FR', '450', 'Europe/Paris', '+33 2'), ('Besançon', 'FR', '250', 'Europe/Paris', '+33 3'),
  ('Liège', 'BE', '40', 'Europe/Brussels', '+32 4'), ('Genève', 'CH', '12', 'Europe/Zurich', '+41 22'), ('Montréal', 'CA', 'H2', 'America/Toronto', '+1 514')]),
('en', 18,
 ['Olivia', 'Amelia', 'Siân', 'Zoe', 'Charlotte', 'Grace', 'Renée', 'Emily', 'Niamh', 'Aoife', 'Chloe', 'Lucy'],
 ['Oliver', 'George', 'Noah', 'Seán', 'Harry', 'Jack', 'Leo', 'Pádraig', 'Thomas', 'James', 'Owen', 'Rhys'],
 ['Smith', 'O''Brien', 'Jones', 'Taylor', 'Brown', 'Brontë', 'Davies', 'Wilson', 'Ó Súilleabháin', 'Clarke', 'Walker', 'Wright', 'St. John', 'Green', 'Hall', 'Wood'],
 [('New York', 'US', '100', 'America/New_York', '+1 212'), ('Chicago', 'US', '606', 'America/Chicago', '+1 312'), ('Los Angeles', 'US', '900', 'America/Los_Angeles', '+1 213'),
  ('Sydney', 'AU', '20', 'Australia/Sydney', '+61 2'), ('Auckland', 'NZ', '10', 'Pacific/Auckland', '+64 9'), ('Dublin', 'IE', 'D', 'Europe/Dublin', '+353 1')]),
('es', 10,
 ['Lucía', 'Sofía', 'Begoña', 'Inés', 'Itziar', 'Rocío', 'Ángela', 'Belén', 'María José', 'Noelia', 'Mónica', 'Ana'],
 ['José', 'Martín', 'Ángel', 'Iñaki', 'Raúl', 'Andrés', 'Jesús', 'Óscar', 'Pablo', 'Nicolás', 'Íñigo', 'Luis'],
 ['García', 'Núñez', 'Muñoz', 'Peña', 'Fernández', 'López', 'Ibáñez', 'Ordóñez', 'de la Cruz', 'Sánchez', 'Vidal', 'Gómez', 'Güell', 'Díaz', 'Ruiz', 'Soler'],
 [('Madrid', 'ES', '280', 'Europe/Madrid', '+34 91'), ('Málaga', 'ES', '290', 'Europe/Madrid', '+34 952'), ('A Coruña', 'ES', '150', 'Europe/Madrid', '+34 981'),
  ('Las Palmas', 'ES', '350', 'Atlantic/Canary', '+34 928'), ('Bogotá', 'CO', '1101', 'America/Bogota', '+57 1'), ('Ciudad de México', 'MX', '060', 'America/Mexico_City', '+52 55')]),
('pl', 8,
 ['Małgorzata', 'Żaneta', 'Agnieszka', 'Łucja', 'Zofia', 'Bożena', 'Grażyna', 'Świętosława', 'Ewa', 'Hania', 'Kinga', 'Róża'],
 ['Łukasz', 'Michał', 'Paweł', 'Józef', 'Wójciech', 'Sławomir', 'Jan', 'Błażej', 'Mścisław', 'Adam', 'Piotr', 'Jędrzej'],
 ['Wiśniewska', 'Łoś', 'Żak', 'Dąbek', 'Nowak', 'Wójcik', 'Gołąb', 'Śliwa', 'Zając', 'Kruk', 'Sęk', 'Król', 'Baran', 'Ćwik', 'Źrebiec', 'Duda'],
 [('Warszawa', 'PL', '00-9', 'Europe/Warsaw', '+48 22'), ('Kraków', 'PL', '30-0', 'Europe/Warsaw', '+48 12'), ('Łódź', 'PL', '90-0', 'Europe/Warsaw', '+48 42'),
  ('Wrocław', 'PL', '50-0', 'Europe/Warsaw', '+48 71'), ('Gdańsk', 'PL', '80-8', 'Europe/Warsaw', '+48 58'), ('Poznań', 'PL', '60-1', 'Europe/Warsaw', '+48 61')]),
('tr', 6,
 ['Ayşe', 'Gül', 'Çiğdem', 'İpek', 'Şule', 'Özlem', 'Işıl', 'Nilüfer', 'Elif', 'Tuğba', 'Hatice', 'Ülkü'],
 ['Çağrı', 'Oğuz', 'İsmail', 'Ömer', 'Barış', 'Şahin', 'Umut', 'Gökhan', 'Işık', 'Emre', 'Tolga', 'Yiğit'],
 ['Yılmaz', 'Öztürk', 'Şimşek', 'Çelik', 'Güneş', 'Aydın', 'Kılıç', 'Doğan', 'Işık', 'Kaya', 'Şahin', 'Erdoğan', 'Üçok', 'Avcı', 'Polat', 'Taş'],
 [('İstanbul', 'TR', '340', 'Europe/Istanbul', '+90 212'), ('İzmir', 'TR', '350', 'Europe/Istanbul', '+90 232'), ('Ankara', 'TR', '060', 'Europe/Istanbul', '+90 312'),
  ('Eskişehir', 'TR', '260', 'Europe/Istanbul', '+90 222'), ('Muğla', 'TR', '480', 'Europe/Istanbul', '+90 252'), ('Diyarbakır', 'TR', '210', 'Europe/Istanbul', '+90 412')]),
('pt', 6,
 ['Conceição', 'Inês', 'Beatriz', 'Lúcia', 'Joana', 'Flávia', 'Mónica', 'Patrícia', 'Érica', 'Rita', 'Thaís', 'Assunção'],
 ['João', 'Estêvão', 'Simão', 'António', 'Luís', 'Tomás', 'Gonçalo', 'Rui', 'Fábio', 'Sebastião', 'Vítor', 'Hugo'],
 ['Gonçalves', 'Guimarães', 'Assunção', 'Brandão', 'Araújo', 'Silva', 'Magalhães', 'Conceição', 'Simões', 'Sá', 'Falcão', 'dos Santos', 'Leitão', 'Costa', 'Óscar', 'Reis'],
 [('Lisboa', 'PT', '11', 'Europe/Lisbon', '+351 21'), ('Évora', 'PT', '70', 'Europe/Lisbon', '+351 266'), ('Ponta Delgada', 'PT', '95', 'Atlantic/Azores', '+351 296'),
  ('São Paulo', 'BR', '010', 'America/Sao_Paulo', '+55 11'), ('Belém', 'BR', '660', 'America/Belem', '+55 91'), ('Brasília', 'BR', '700', 'America/Sao_Paulo', '+55 61')]),
('cs', 4,
 ['Žofie', 'Růžena', 'Tereza', 'Šárka', 'Věra', 'Markéta', 'Eliška', 'Božena', 'Jiřina', 'Ema', 'Lucie', 'Zdeňka'],
 ['Jiří', 'Tomáš', 'Ondřej', 'Luboš', 'Matěj', 'Zdeněk', 'Vojtěch', 'Šimon', 'Radek', 'Jakub', 'Aleš', 'Kryštof'],
 ['Dvořák', 'Černý', 'Šťastný', 'Růžička', 'Němec', 'Kůň', 'Říha', 'Žák', 'Beneš', 'Krejčí', 'Šíp', 'Vlk', 'Ďuriš', 'Holý', 'Malý', 'Král'],
 [('Praha', 'CZ', '110 ', 'Europe/Prague', '+420 2'), ('Brno', 'CZ', '602 ', 'Europe/Prague', '+420 5'), ('Plzeň', 'CZ', '301 ', 'Europe/Prague', '+420 37'),
  ('Děčín', 'CZ', '405 ', 'Europe/Prague', '+420 41'), ('Liberec', 'CZ', '460 ', 'Europe/Prague', '+420 48'), ('Zlín', 'CZ', '760 ', 'Europe/Prague', '+420 57')]),
('sv', 4,
 ['Åsa', 'Maja', 'Märta', 'Elin', 'Freja', 'Tove', 'Siv', 'Göta', 'Linnéa', 'Ida', 'Ebba', 'Hjördis'],
 ['Åke', 'Björn', 'Göran', 'Pär', 'Östen', 'Nils', 'Håkan', 'Torbjörn', 'Sven', 'Lars', 'Erik', 'Mårten'],
 ['Ångström', 'Öberg', 'Sjöström', 'Åkesson', 'Lindqvist', 'Nyström', 'Björk', 'Holm', 'Strömberg', 'Ek', 'Dahl', 'Grönlund', 'Sköld', 'Lind', 'Åberg', 'Falk'],
 [('Stockholm', 'SE', '111 ', 'Europe/Stockholm', '+46 8'), ('Göteborg', 'SE', '411 ', 'Europe/Stockholm', '+46 31'), ('Malmö', 'SE', '211 ', 'Europe/Stockholm', '+46 40'),
  ('Umeå', 'SE', '903 ', 'Europe/Stockholm', '+46 90'), ('Åbo', 'FI', '201', 'Europe/Helsinki', '+358 2'), ('Östersund', 'SE', '831 ', 'Europe/Stockholm', '+46 63')]),
('el', 2,
 ['Ελένη', 'Μαρία', 'Σοφία', 'Ιωάννα', 'Κατερίνα', 'Αγγελική', 'Δέσποινα', 'Θάλεια', 'Ζωή', 'Νίκη', 'Άννα', 'Ήρα'],
 ['Γιώργος', 'Δημήτρης', 'Νίκος', 'Ηλίας', 'Κώστας', 'Σπύρος', 'Λεωνίδας', 'Πέτρος', 'Άρης', 'Φώτης', 'Θωμάς', 'Ιάσων'],
 ['Παπαδόπουλος', 'Οικονόμου', 'Γεωργίου', 'Νικολάου', 'Δήμος', 'Μακρής', 'Λάμπρου', 'Βλάχος', 'Χρήστου', 'Αθανασίου', 'Ρήγας', 'Σιδέρης', 'Καλλέργης', 'Ζάππας', 'Αντωνίου', 'Φωκάς'],
 [('Αθήνα', 'GR', '105 ', 'Europe/Athens', '+30 21'), ('Θεσσαλονίκη', 'GR', '546 ', 'Europe/Athens', '+30 231'), ('Πάτρα', 'GR', '262 ', 'Europe/Athens', '+30 261'),
  ('Ηράκλειο', 'GR', '712 ', 'Europe/Athens', '+30 281'), ('Λάρισα', 'GR', '412 ', 'Europe/Athens', '+30 241'), ('Λευκωσία', 'CY', '10', 'Asia/Nicosia', '+357 22')]);

-- Flat lists, 12 first names, 16 family names and 6 cities to each culture, so that a name is one look-up.
SET VARIABLE culture_of_hundred = (SELECT list(place ORDER BY place) FROM (
    SELECT rowid::INTEGER AS place, unnest(range(share)) FROM cultures));
SET VARIABLE languages = (SELECT list(language ORDER BY rowid) FROM cultures);
SET VARIABLE women = (SELECT flatten(list(women ORDER BY rowid)) FROM cultures);
SET VARIABLE men = (SELECT flatten(list(men ORDER BY rowid)) FROM cultures);
SET VARIABLE families = (SELECT flatten(list(families ORDER BY rowid)) FROM cultures);
SET VARIABLE cities = (SELECT flatten(list(cities ORDER BY rowid)) FROM cultures);
